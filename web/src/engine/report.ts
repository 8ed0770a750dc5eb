/** From what the engine does to what the server is told: start, seek, pause, resume, end, skip. */
import type { Clock } from "./clock";
import type { Engine, Item } from "./types";

export interface Report {
  kind: "start" | "seek" | "pause" | "resume" | "end" | "skip";
  item: Item;
  /** Of this time that the item is heard: the same for all that is told of it. */
  listen: string;
  /** Seconds. */
  at: number;
  /** Of a seek: where it was. */
  from?: number;
}

export type Sink = (report: Report) => void;

/** Seeks within so many milliseconds are one: a slider is dragged. */
const DRAG_MS = 800;

/** Tells `sink` each thing once, until what it returns is called. */
export function report(
  engine: Pick<Engine, "on">,
  sink: Sink,
  clock: Clock,
  name: () => string = () => crypto.randomUUID(),
): () => void {
  let listen: { item: Item; id: string } | null = null;
  let paused = false;
  let drag: { from: number; to: number; cancel: () => void } | null = null;

  const tell = (kind: Report["kind"], at: number, from?: number): void => {
    if (!listen) return;
    const told = { kind, item: listen.item, listen: listen.id, at };
    sink(from === undefined ? told : { ...told, from });
  };
  const dropped = (): void => {
    const last = drag;
    drag = null;
    last?.cancel();
    if (last && last.from !== last.to) tell("seek", last.to, last.from);
  };
  const stops = [
    engine.on("started", ({ item, at }) => {
      dropped();
      paused = false;
      listen = { item, id: name() };
      tell("start", at);
    }),
    engine.on("seeked", ({ from, to }) => {
      const first = drag?.from ?? from;
      drag?.cancel();
      drag = { from: first, to, cancel: clock.after(DRAG_MS, dropped) };
    }),
    engine.on("paused", ({ at }) => {
      dropped();
      if (!paused) tell("pause", at);
      paused = true;
    }),
    engine.on("resumed", ({ at }) => {
      dropped();
      if (paused) tell("resume", at);
      paused = false;
    }),
    engine.on("finished", ({ at, reason }) => {
      dropped();
      tell(reason === "ended" ? "end" : "skip", at);
      listen = null;
    }),
  ];
  return () => {
    dropped();
    for (const stop of stops) stop();
  };
}
