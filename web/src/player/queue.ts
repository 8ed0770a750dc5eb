/**
 * What plays, what follows and what was: a pure slice. The engine hears of it through the
 * controller; pages dispatch and select.
 *
 * What a listener put in by hand (`upNext`) comes before the rest of where it plays from (`rest`),
 * and is never shuffled.
 */
import { createSlice, nanoid, type PayloadAction } from "@reduxjs/toolkit";
import type { Track } from "../api/types";

/** What of a track the queue must know to show it and to play it. */
export interface QueueTrack {
  id: string;
  name: string;
  uri: string;
  duration_ms: number;
  artists: { id: string; name: string }[];
  album: { id: string; name: string; cover: string | null } | null;
  explicit: boolean;
}

export interface Entry {
  /** Of this place in the queue. */
  key: string;
  track: QueueTrack;
}

/** Where the music comes from. */
export interface Context {
  kind:
    | "album"
    | "artist"
    | "playlist"
    | "collection"
    | "search"
    | "genre"
    | "folder"
    | "tracks"
    | "similar";
  /** URI of the thing, or a word for what has none. */
  uri: string;
  name: string;
}

export type Repeat = "off" | "all" | "one";

interface Lists {
  current: Entry | null;
  upNext: Entry[];
  rest: Entry[];
  played: Entry[];
  /** The whole of the context in its own order. */
  source: Entry[];
  context: Context | null;
  shuffle: boolean;
}

export interface QueueState extends Lists {
  repeat: Repeat;
  /** What the lists were before the last changes by hand, latest last. */
  undo: Lists[];
  /** Counts what must begin anew, so that playing the same entry again is a change. */
  turn: number;
}

const MOST_UNDO = 20;
const MOST_PLAYED = 200;

export const initialQueue: QueueState = {
  current: null,
  upNext: [],
  rest: [],
  played: [],
  source: [],
  context: null,
  shuffle: false,
  repeat: "off",
  undo: [],
  turn: 0,
};

export const entryOf = (track: QueueTrack): Entry => ({ key: nanoid(8), track });

/** A track of the Web API as the queue keeps it. */
export const queueTrack = (track: Track, album = track.album): QueueTrack => ({
  id: track.id,
  name: track.name,
  uri: track.uri,
  duration_ms: track.duration_ms,
  artists: track.artists.map(({ id, name }) => ({ id, name })),
  album: album ? { id: album.id, name: album.name, cover: album.images.at(-1)?.url ?? null } : null,
  explicit: track.explicit,
});

/** Fisher and Yates, by a generator that tests can foresee. */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): T[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other] as T, mixed[last] as T];
  }
  return mixed;
}

const lists = ({ current, upNext, rest, played, source, context, shuffle }: QueueState): Lists => ({
  current,
  upNext,
  rest,
  played,
  source,
  context,
  shuffle,
});

const remember = (state: QueueState): void => {
  state.undo = [...state.undo.slice(1 - MOST_UNDO), lists(state)];
};

const leave = (state: QueueState): void => {
  if (state.current) state.played = [...state.played, state.current].slice(-MOST_PLAYED);
};

/** What follows the current entry; null at the end. `byHand`: the listener asked for it. */
export function following(state: QueueState, byHand = false): Entry | null {
  if (state.repeat === "one" && !byHand) return state.current;
  const next = state.upNext[0] ?? state.rest[0];
  if (next) return next;
  return state.repeat === "off" ? null : (state.source[0] ?? null);
}

const slice = createSlice({
  name: "queue",
  initialState: initialQueue,
  reducers: {
    /** Play a list from one of its places on. */
    played: {
      prepare: (
        tracks: QueueTrack[],
        options: { index?: number; context: Context; shuffle?: boolean },
      ) => {
        const source = tracks.map(entryOf);
        const shuffle = options.shuffle;
        const index = options.index ?? (shuffle ? Math.floor(Math.random() * source.length) : 0);
        const mixed = shuffled(source.filter((_, place) => place !== index));
        return { payload: { source, index, mixed, context: options.context, shuffle } };
      },
      reducer: (
        state,
        {
          payload,
        }: PayloadAction<{
          source: Entry[];
          index: number;
          mixed: Entry[];
          context: Context;
          shuffle: boolean | undefined;
        }>,
      ) => {
        const current = payload.source[payload.index];
        if (!current) return;
        leave(state);
        if (payload.shuffle !== undefined) state.shuffle = payload.shuffle;
        state.current = current;
        state.source = payload.source;
        state.rest = state.shuffle ? payload.mixed : payload.source.slice(payload.index + 1);
        state.context = payload.context;
        state.turn += 1;
      },
    },
    /** Take over a queue that was kept, without playing it. */
    restored: (state, { payload }: PayloadAction<Partial<QueueState>>) => ({
      ...initialQueue,
      ...payload,
      undo: [],
      turn: state.turn,
    }),
    /** Play these right after the current one. */
    insertedNext: {
      prepare: (tracks: QueueTrack[]) => ({ payload: tracks.map(entryOf) }),
      reducer: (state, { payload }: PayloadAction<Entry[]>) => {
        remember(state);
        state.upNext = [...payload, ...state.upNext];
      },
    },
    /** Play these after what was put in by hand before. */
    appended: {
      prepare: (tracks: QueueTrack[]) => ({ payload: tracks.map(entryOf) }),
      reducer: (state, { payload }: PayloadAction<Entry[]>) => {
        remember(state);
        state.upNext = [...state.upNext, ...payload];
      },
    },
    /** Goes on behind the end, with what fits. Nothing that a listener did: no undo. */
    continued: {
      prepare: (tracks: QueueTrack[], context: Context) => ({
        payload: { entries: tracks.map(entryOf), context },
      }),
      reducer: (state, { payload }: PayloadAction<{ entries: Entry[]; context: Context }>) => {
        state.rest = [...state.rest, ...payload.entries];
        state.source = [...state.source, ...payload.entries];
        state.context = payload.context;
      },
    },
    removed: (state, { payload }: PayloadAction<string[]>) => {
      remember(state);
      const gone = new Set(payload);
      state.upNext = state.upNext.filter(({ key }) => !gone.has(key));
      state.rest = state.rest.filter(({ key }) => !gone.has(key));
      state.source = state.source.filter(({ key }) => !gone.has(key));
    },
    /** Move an entry before another; behind everything when `before` is null. */
    moved: (state, { payload }: PayloadAction<{ key: string; before: string | null }>) => {
      const all = [...state.upNext, ...state.rest];
      const entry = all.find(({ key }) => key === payload.key);
      if (!entry || payload.key === payload.before) return;
      remember(state);
      state.upNext = state.upNext.filter(({ key }) => key !== payload.key);
      state.rest = state.rest.filter(({ key }) => key !== payload.key);
      const place = (list: Entry[]): number => list.findIndex(({ key }) => key === payload.before);
      const inUpNext = place(state.upNext);
      if (inUpNext >= 0) {
        state.upNext.splice(inUpNext, 0, entry);
        return;
      }
      const inRest = place(state.rest);
      // Right before the rest is behind what was put in by hand, where that is not empty.
      if (inRest === 0 && state.upNext.length) state.upNext.push(entry);
      else if (inRest >= 0) state.rest.splice(inRest, 0, entry);
      else if (state.rest.length || !state.upNext.length) state.rest.push(entry);
      else state.upNext.push(entry);
    },
    /** Empty what follows. */
    cleared: (state) => {
      remember(state);
      state.upNext = [];
      state.rest = [];
    },
    undone: (state) => {
      const before = state.undo.at(-1);
      if (!before) return;
      // What plays goes on: only what follows comes back.
      state.undo = state.undo.slice(0, -1);
      const now = state.current?.key;
      state.upNext = before.upNext.filter(({ key }) => key !== now);
      state.rest = before.rest.filter(({ key }) => key !== now);
      state.source = before.source;
    },
    /** The next one sounds already, or shall. */
    advanced: (state, { payload }: PayloadAction<{ byHand: boolean }>) => {
      const next = following(state, payload.byHand);
      if (!next) return;
      if (payload.byHand) state.turn += 1;
      if (next === state.current || next.key === state.current?.key) return;
      leave(state);
      if (state.upNext[0]?.key === next.key) state.upNext = state.upNext.slice(1);
      else if (state.rest[0]?.key === next.key) state.rest = state.rest.slice(1);
      else state.rest = state.source.filter(({ key }) => key !== next.key);
      state.current = next;
    },
    /** The current one from its beginning. */
    again: (state) => {
      state.turn += 1;
    },
    /** Back to what was before. */
    returned: (state) => {
      const before = state.played.at(-1);
      if (!before) return;
      state.played = state.played.slice(0, -1);
      if (state.current) state.rest = [state.current, ...state.rest];
      state.current = before;
      state.turn += 1;
    },
    /** Play an entry that stands in the queue; what stands before it is passed over. */
    jumped: (state, { payload }: PayloadAction<string>) => {
      const inUpNext = state.upNext.findIndex(({ key }) => key === payload);
      const inRest = state.rest.findIndex(({ key }) => key === payload);
      const target = state.upNext[inUpNext] ?? state.rest[inRest];
      if (!target) return;
      leave(state);
      if (inUpNext >= 0) state.upNext = state.upNext.slice(inUpNext + 1);
      else state.rest = state.rest.slice(inRest + 1);
      state.current = target;
      state.turn += 1;
    },
    shuffleSet: {
      prepare: (shuffle: boolean, random: () => number = Math.random) => ({
        payload: { shuffle, seed: random() },
      }),
      reducer: (state, { payload }: PayloadAction<{ shuffle: boolean; seed: number }>) => {
        state.shuffle = payload.shuffle;
        const now = state.source.findIndex(({ key }) => key === state.current?.key);
        if (payload.shuffle) {
          const heard = new Set(state.played.map(({ key }) => key));
          const left = state.source.filter(
            ({ key }) => key !== state.current?.key && !heard.has(key),
          );
          state.rest = shuffled(left, generator(payload.seed));
        } else state.rest = state.source.slice(now + 1);
      },
    },
    repeatSet: (state, { payload }: PayloadAction<Repeat>) => {
      state.repeat = payload;
    },
  },
});

/** Numbers in [0, 1) from a seed: reducers must be pure. (mulberry32, public domain) */
function generator(seed: number): () => number {
  let state = Math.floor(seed * 0x1_0000_0000);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export const queue = slice.actions;
export const queueReducer = slice.reducer;
