import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { createPortal } from "react-dom";
import styles from "./LetterRail.module.css";
import { type LetterPlace, letterAt, letterFor, written } from "./letters";

export type { LetterPlace } from "./letters";

/** From A to Z beside a long list: pressed, drawn along, or by key; one thing, not thirty buttons. */
export function LetterRail({
  letters,
  at,
  onGo,
}: {
  letters: readonly LetterPlace[];
  /** The place that is at the top. */
  at: number;
  onGo: (place: number) => void;
}) {
  const { t } = useLingui();
  const [held, setHeld] = useState(false);
  const now = letterAt(letters, at);
  const go = (index: number) => {
    const target = letters[Math.min(letters.length - 1, Math.max(0, index))];
    if (target) onGo(target.offset);
  };
  const byPointer = (event: PointerEvent<HTMLElement>) => {
    const { top, height } = event.currentTarget.getBoundingClientRect();
    go(Math.floor(((event.clientY - top) / height) * letters.length));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Record<string, number> = {
      ArrowUp: now - 1,
      ArrowLeft: now - 1,
      ArrowDown: now + 1,
      ArrowRight: now + 1,
      Home: 0,
      End: letters.length - 1,
    };
    const to = steps[event.key] ?? letterFor(letters, event.key);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    go(to);
  };
  const shown = written(letters[now]?.letter ?? "");
  return (
    <div className={styles.rail}>
      <div
        role="slider"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={t`Letter`}
        aria-valuemin={1}
        aria-valuemax={letters.length}
        aria-valuenow={now + 1}
        aria-valuetext={shown}
        className={styles.letters}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setHeld(true);
          byPointer(event);
        }}
        onPointerMove={(event) => held && byPointer(event)}
        onPointerUp={() => setHeld(false)}
        onPointerCancel={() => setHeld(false)}
      >
        {letters.map(({ letter }, index) => (
          <span key={letter} className={index === now ? styles.now : ""}>
            {written(letter)}
          </span>
        ))}
      </div>
      {held &&
        createPortal(
          <div className={styles.large} aria-hidden="true">
            {shown}
          </div>,
          document.body,
        )}
    </div>
  );
}
