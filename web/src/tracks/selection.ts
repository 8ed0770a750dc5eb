/** Which places of a list are chosen: pure, so that lists of any length can share it. */

export interface Selection {
  places: ReadonlySet<number>;
  /** Where a range begins. */
  anchor: number | null;
}

export const NONE: Selection = { places: new Set(), anchor: null };

const between = (one: number, other: number): number[] =>
  Array.from({ length: Math.abs(one - other) + 1 }, (_, step) => Math.min(one, other) + step);

/** A click: `add` with Ctrl, `range` with Shift. */
export function chosen(
  { places, anchor }: Selection,
  place: number,
  { add = false, range = false } = {},
): Selection {
  if (range && anchor !== null) {
    return { places: new Set([...(add ? places : []), ...between(anchor, place)]), anchor };
  }
  if (!add) return { places: new Set([place]), anchor: place };
  const next = new Set(places);
  if (!next.delete(place)) next.add(place);
  return { places: next, anchor: place };
}

export const everything = (count: number): Selection => ({
  places: new Set(Array.from({ length: count }, (_, place) => place)),
  anchor: 0,
});

export const inOrder = (places: Iterable<number>): number[] => [...places].sort((a, b) => a - b);
