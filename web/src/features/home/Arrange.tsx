import { Trans, useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { initialInterface, ui } from "../../app/interface";
import { useApp, useSend } from "../../app/store";
import { Icon } from "../../design/icons";
import { Button } from "../../design/parts/Button";
import { Dialog } from "../../design/parts/Dialog";
import styles from "./Arrange.module.css";
import { type Block, moved, ordered } from "./blocks";

/** Which blocks Home has, in which order: by drag, or by Alt with the arrows. */
export default function Arrange({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const send = useSend();
  const arrangement = useApp((root) => root.interface.home);
  const blocks = ordered(arrangement);
  const list = useRef<HTMLUListElement>(null);
  const [held, setHeld] = useState<Block | null>(null);
  const [said, setSaid] = useState("");
  const names: Record<Block, string> = {
    listening: t`Go on listening`,
    added: t`Recently added`,
    most: t`You play these most`,
    rediscover: t`Not heard for long`,
    genres: t`By genre`,
    decades: t`By decade`,
  };
  const change = (to: Partial<typeof arrangement>) =>
    send(ui.changed({ home: { ...arrangement, ...to } }));
  const move = (block: Block, to: number) => {
    const order = moved(blocks, block, to);
    change({ order });
    setSaid(t`Moved to place ${order.indexOf(block) + 1} of ${order.length}`);
  };
  const onKeyDown = (event: KeyboardEvent, block: Block) => {
    const step = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined;
    if (!step) return;
    event.preventDefault();
    move(block, blocks.indexOf(block) + step);
  };
  const onPointerMove = (event: PointerEvent, block: Block) => {
    const area = list.current?.getBoundingClientRect();
    if (held !== block || !area) return;
    const to = Math.floor(((event.clientY - area.top) / area.height) * blocks.length);
    if (to !== blocks.indexOf(block) && to >= 0 && to < blocks.length) move(block, to);
  };
  return (
    <Dialog title={t`Arrange this page`} onClose={onClose}>
      <p className={styles.lead}>
        <Trans>Drag a block by its handle, or press Alt with the arrows on it.</Trans>
      </p>
      <ul ref={list} className={styles.blocks}>
        {blocks.map((block) => {
          const shown = !arrangement.hidden.includes(block);
          return (
            <li key={block} className={held === block ? styles.held : ""}>
              <button
                type="button"
                className={styles.handle}
                aria-label={t`Move ${names[block]}`}
                onKeyDown={(event) => onKeyDown(event, block)}
                onPointerDown={(event) => {
                  event.currentTarget.setPointerCapture(event.pointerId);
                  setHeld(block);
                }}
                onPointerMove={(event) => onPointerMove(event, block)}
                onPointerUp={() => setHeld(null)}
                onPointerCancel={() => setHeld(null)}
              >
                <Icon name="drag" size={20} />
              </button>
              <label>
                <span className={shown ? "" : styles.off}>{names[block]}</span>
                <input
                  type="checkbox"
                  checked={shown}
                  onChange={() =>
                    change({
                      hidden: shown
                        ? [...arrangement.hidden, block]
                        : arrangement.hidden.filter((each) => each !== block),
                    })
                  }
                />
              </label>
            </li>
          );
        })}
      </ul>
      <div className={styles.foot}>
        <Button look="quiet" onClick={() => change(initialInterface.home)}>
          <Trans>As it was</Trans>
        </Button>
        <Button look="strong" onClick={onClose}>
          <Trans>Done</Trans>
        </Button>
      </div>
      <span className="unseen" role="status">
        {said}
      </span>
    </Dialog>
  );
}
