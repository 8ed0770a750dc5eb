/**
 * The entries of one playlist: fetched as they are seen, changed here at once and on the server one
 * change after the other. No React in it.
 */
import type { ApiError } from "../../api/errors";
import type { Item, NewItem } from "../../api/extension";
import type { QueueTrack } from "../../player/queue";
import { type Move, moved, movesOf, runs } from "./moves";

export interface Entry {
  id: string;
  item: Item;
  track: QueueTrack;
  /** False while its file has not come, or for whom it may not play. */
  playable: boolean;
}

export interface Entries {
  total: number;
  snapshot: string;
  at: (place: number) => Entry | null;
  error: ApiError | null;
}

export interface Door {
  page: (
    offset: number,
    limit: number,
  ) => Promise<{ entries: Entry[]; total: number; snapshot: string }>;
  move: (move: Move) => Promise<string>;
  remove: (ids: string[]) => Promise<string>;
  add: (items: NewItem[], position: number) => Promise<string>;
}

export const PAGE = 50;
const MOST_IDS = 500;

export class EntryList {
  private known: (Entry | null)[] = [];
  private asked = new Set<number>();
  private snapshot = "";
  private begun = false;
  private error: ApiError | null = null;
  private turn = 0;
  private edits: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private watchers = new Set<() => void>();
  /** What the page sees; another object after every change. */
  now: Entries | null = null;

  constructor(
    private readonly door: Door,
    private readonly settled: () => void = () => undefined,
  ) {}

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  };

  private tell(): void {
    const { known, snapshot, error } = this;
    this.now =
      this.begun || error
        ? { total: known.length, snapshot, error, at: (place) => known[place] ?? null }
        : null;
    for (const watcher of this.watchers) watcher();
  }

  /** Fetches what stands between two places, both included. */
  seen = (first: number, last: number): void => {
    if (!this.error) void this.fetch(first, last).catch(() => undefined);
  };

  async fetch(first: number, last: number): Promise<void> {
    const pages = [];
    const end = this.begun ? Math.min(last, this.known.length - 1) : last;
    for (let page = Math.max(0, Math.floor(first / PAGE)); page * PAGE <= end; page += 1) {
      const all = this.known.slice(page * PAGE, (page + 1) * PAGE);
      if (this.begun && !all.includes(null)) continue;
      if (!this.asked.has(page)) pages.push(page);
    }
    for (const page of pages) this.asked.add(page);
    // A few at a time: whoever plays something must not wait behind a long list.
    for (let from = 0; from < pages.length; from += 4)
      await Promise.all(pages.slice(from, from + 4).map((page) => this.fetchPage(page)));
  }

  private async fetchPage(page: number): Promise<void> {
    try {
      for (;;) {
        await this.edits;
        const turn = this.turn;
        const found = await this.door.page(page * PAGE, PAGE);
        // Places mean something else since: what came is not for them.
        if (turn !== this.turn) continue;
        if (this.begun && found.snapshot !== this.snapshot) this.known = [];
        this.snapshot = found.snapshot;
        this.begun = true;
        this.error = null;
        const grown = Array.from({ length: found.total }, (_, place) => this.known[place] ?? null);
        grown.splice(page * PAGE, found.entries.length, ...found.entries);
        this.known = grown.slice(0, found.total);
        return;
      }
    } catch (cause) {
      this.error = cause as ApiError;
      throw cause;
    } finally {
      this.asked.delete(page);
      this.tell();
    }
  }

  /** Somebody else changed it: what is known stays in sight until the new page is there. */
  renew = (snapshot: string): void => {
    if (!this.begun || this.waiting || snapshot === this.snapshot) return;
    this.reload();
  };

  reload = (): void => {
    this.turn += 1;
    this.asked.clear();
    this.begun = false;
    this.error = null;
    this.known = [];
    this.seen(0, PAGE - 1);
  };

  private async edit(known: (Entry | null)[], send: () => Promise<string>): Promise<void> {
    this.known = known;
    this.turn += 1;
    this.waiting += 1;
    this.tell();
    const done = this.edits.then(send);
    this.edits = done.catch(() => undefined);
    try {
      this.snapshot = await done;
    } catch (cause) {
      this.reload();
      throw cause;
    } finally {
      this.waiting -= 1;
      if (!this.waiting) this.settled();
    }
  }

  /** Brings places together before another. */
  async move(places: readonly number[], before: number): Promise<void> {
    const moves = movesOf(places, before);
    if (!moves.length) return;
    await this.edit(moves.reduce(moved<Entry | null>, this.known), async () => {
      let snapshot = this.snapshot;
      for (const each of moves) snapshot = await this.door.move(each);
      return snapshot;
    });
  }

  /** Takes places out; the answer puts them back where they were. */
  async remove(places: readonly number[]): Promise<() => Promise<void>> {
    const gone = places.flatMap((place) => {
      const entry = this.known[place];
      return entry ? { place, entry } : [];
    });
    const out = new Set(gone.map(({ place }) => place));
    await this.edit(
      this.known.filter((_, place) => !out.has(place)),
      async () => {
        let snapshot = this.snapshot;
        const ids = gone.map(({ entry }) => entry.id);
        for (let first = 0; first < ids.length; first += MOST_IDS)
          snapshot = await this.door.remove(ids.slice(first, first + MOST_IDS));
        return snapshot;
      },
    );
    return () => this.putBack(gone);
  }

  private async putBack(gone: { place: number; entry: Entry }[]): Promise<void> {
    const known = [...this.known];
    for (const { place, entry } of gone) known.splice(place, 0, entry);
    const items = new Map(gone.map(({ place, entry: { item } }) => [place, item]));
    await this.edit(known, async () => {
      let snapshot = this.snapshot;
      for (const { start, length } of runs([...items.keys()])) {
        const some = Array.from({ length }, (_, step) => items.get(start + step) as Item);
        snapshot = await this.door.add(
          some.map(({ track_id, want, added_at }) => ({ track_id, want, added_at })),
          start,
        );
      }
      return snapshot;
    });
    // They have new ids.
    this.reload();
  }
}
