import type { LyricSet } from "../../api/extension";

export interface Line {
  /** Seconds; null where nobody timed it. */
  at: number | null;
  text: string;
}

/** The lines of a set of lyrics, in their order. */
export const linesOf = (set: LyricSet): Line[] =>
  set.lines.map(({ start_ms, text }) => ({ at: start_ms == null ? null : start_ms / 1000, text }));

/** Which line is sung; -1 before the first. */
export function lineAt(lines: readonly Line[], seconds: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.at ?? Number.POSITIVE_INFINITY) <= seconds + 0.15) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
