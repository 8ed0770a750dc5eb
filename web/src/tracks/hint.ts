/** What the pointer rests on may be played in a moment: the engine fetches its beginning. */
import { type PointerEvent, useMemo } from "react";
import { useEngine } from "../player/hooks";
import type { QueueTrack } from "../player/queue";

/** Whoever passes over a list does not mean it. */
const REST_MS = 80;

let waiting: ReturnType<typeof setTimeout> | undefined;

const saves = (): boolean =>
  (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData === true;

/** Handlers for whatever plays `track` when it is clicked. */
export function useHint(track: QueueTrack | null | undefined) {
  const engine = useEngine();
  return useMemo(() => {
    const leave = () => clearTimeout(waiting);
    const enter = ({ pointerType }: PointerEvent) => {
      leave();
      if (!track?.id || pointerType !== "mouse" || saves()) return;
      const { id, album, duration_ms } = track;
      waiting = setTimeout(() => {
        if (navigator.onLine)
          engine.prepare({
            key: id,
            trackId: id,
            albumId: album?.id ?? null,
            durationMs: duration_ms,
          });
      }, REST_MS);
    };
    return { onPointerEnter: enter, onPointerLeave: leave };
  }, [engine, track]);
}
