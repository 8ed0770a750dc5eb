/** How entries are put elsewhere: as the server moves them, one run of neighbours at a time. */

export interface Run {
  start: number;
  length: number;
}

export interface Move extends Run {
  before: number;
}

/** Neighbours together. `places` ascend. */
export function runs(places: readonly number[]): Run[] {
  const found: Run[] = [];
  for (const place of places) {
    const last = found.at(-1);
    if (last && last.start + last.length === place) last.length += 1;
    else found.push({ start: place, length: 1 });
  }
  return found;
}

/**
 * Moves that bring `places` together before the place `before`, in their order. Each one counts
 * places as those before it left them.
 */
export function movesOf(places: readonly number[], before: number): Move[] {
  const above = runs(places.filter((place) => place < before));
  const below = runs(places.filter((place) => place >= before));
  const moves: Move[] = [];
  let target = before;
  for (const run of above.toReversed()) {
    if (run.start + run.length !== target) moves.push({ ...run, before: target });
    target -= run.length;
  }
  target = before;
  for (const run of below) {
    if (run.start !== target) moves.push({ ...run, before: target });
    target += run.length;
  }
  return moves;
}

/** Where `places` begin once they were moved. */
export const landed = (places: readonly number[], before: number): number =>
  before - places.filter((place) => place < before).length;

export function moved<T>(items: readonly T[], { start, length, before }: Move): T[] {
  const run = items.slice(start, start + length);
  const rest = [...items.slice(0, start), ...items.slice(start + length)];
  const at = before > start ? before - length : before;
  return [...rest.slice(0, at), ...run, ...rest.slice(at)];
}
