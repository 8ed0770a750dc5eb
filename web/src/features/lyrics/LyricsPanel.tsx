import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useMemo, useRef, useState } from "react";
import { webApi } from "../../api/webapi";
import { ui } from "../../app/interface";
import { useApp, useSend } from "../../app/store";
import { IconButton } from "../../design/parts/Button";
import { Empty, RowsToCome } from "../../design/parts/States";
import { useEngine, useFrames } from "../../player/hooks";
import styles from "./LyricsPanel.module.css";
import { lineAt, linesOf } from "./lines";

export default function LyricsPanel() {
  const { t } = useLingui();
  const send = useSend();
  return (
    <div className={styles.panel}>
      <header>
        <h2>
          <Trans>Lyrics</Trans>
        </h2>
        <IconButton
          icon="close"
          label={t`Close`}
          onClick={() => send(ui.changed({ panel: null }))}
        />
      </header>
      <Lyrics />
    </div>
  );
}

/** The words of what plays; timed ones follow the music, and a line leads to its place. */
export function Lyrics({ large = false }: { large?: boolean }) {
  const current = useApp(({ queue }) => queue.current);
  const id = current?.track.id ?? "";
  const { data, error, isFetching } = webApi.useLyricsQuery(id, { skip: !id });
  const engine = useEngine();
  const set = data?.sets[0];
  const lines = useMemo(() => (set ? linesOf(set) : []), [set]);
  const [sung, setSung] = useState(-1);
  const list = useRef<HTMLOListElement>(null);
  // A hand that scrolls keeps the page for some seconds.
  const heldUntil = useRef(0);
  const synced = set?.synced ?? false;

  useFrames(({ at }) => {
    if (synced) setSung(lineAt(lines, at));
  });
  useEffect(() => {
    if (sung < 0 || performance.now() < heldUntil.current) return;
    const quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
    list.current?.children[sung]?.scrollIntoView({
      block: "center",
      behavior: quiet ? "auto" : "smooth",
    });
  }, [sung]);

  if (isFetching) return <RowsToCome rows={6} />;
  if (error || !set) {
    return (
      <Empty icon="lyrics" title={<Trans>No words for this one</Trans>}>
        <Trans>It may have none, or its file does not carry them.</Trans>
      </Empty>
    );
  }
  const hold = () => {
    heldUntil.current = performance.now() + 4000;
  };
  return (
    <ol
      ref={list}
      lang={set.language === "und" ? undefined : set.language}
      className={`${styles.lines} ${large ? styles.large : ""} ${synced ? styles.synced : ""}`}
      onWheel={hold}
      onTouchMove={hold}
    >
      {lines.map(({ at, text }, place) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: lines never move
          key={place}
          className={place === sung ? styles.sung : place < sung ? styles.past : ""}
          aria-current={place === sung || undefined}
        >
          {at === null ? (
            <span dir="auto">{text || "\u00a0"}</span>
          ) : (
            <button type="button" dir="auto" onClick={() => engine.seek(at)}>
              {text || "♪"}
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
