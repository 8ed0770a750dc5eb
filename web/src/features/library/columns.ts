/** The columns of the table of songs: what they are sorted by, and which are shown. */
import type { TrackSort } from "../../api/extension";

export const COLUMNS = ["album", "year", "genre", "added", "plays", "bpm", "length"] as const;
export type Column = (typeof COLUMNS)[number];

const USUAL: readonly Column[] = ["album", "year", "added", "plays", "length"];

/** What the server sorts by; genres are sets, and have no order. */
export const SORTS: Partial<Record<Column | "title" | "artist", TrackSort>> = {
  title: "name",
  artist: "artist",
  album: "album",
  year: "year",
  added: "recently_added",
  plays: "most_played",
  bpm: "bpm",
  length: "duration",
};

/** Orders whose natural way is down: latest and most first. */
const DOWN: ReadonlySet<TrackSort> = new Set(["recently_added", "most_played"]);

export interface TableOrder {
  sort: TrackSort;
  reverse: boolean;
}

/** Kept names, as far as they still name columns; in their own order. */
export const shownOf = (kept: readonly string[] | null): Column[] =>
  COLUMNS.filter((column) => (kept ?? USUAL).includes(column));

export const toggled = (shown: readonly Column[], column: Column): Column[] =>
  COLUMNS.filter((each) => (each === column ? !shown.includes(each) : shown.includes(each)));

/** A press on a header: its order, and the other way round when it is that already. */
export const pressed = (now: TableOrder, sort: TrackSort): TableOrder =>
  now.sort === sort ? { sort, reverse: !now.reverse } : { sort, reverse: false };

export const isDown = ({ sort, reverse }: TableOrder): boolean => DOWN.has(sort) !== reverse;

const KNOWN = new Set<string>(Object.values(SORTS));

/** From the address; what stands there may be anything. */
export const orderOf = (params: URLSearchParams): TableOrder => {
  const sort = params.get("sort") ?? "name";
  return {
    sort: KNOWN.has(sort) ? (sort as TrackSort) : "name",
    reverse: params.get("reverse") === "1",
  };
};
