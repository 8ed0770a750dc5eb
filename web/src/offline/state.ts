/** Whether the server can be reached, and what this browser keeps for when it cannot. */
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";

export type Kind = "album" | "playlist" | "liked";

/** One thing that was downloaded, or is to be. */
export interface Download {
  /** "album:ID", "playlist:ID" or "liked:". */
  key: string;
  kind: Kind;
  id: string;
  name: string;
  note: string;
  cover: string | null;
  tracks: string[];
  addedAt: number;
}

export interface Offline {
  /** The server does not answer. */
  away: boolean;
  /** A new version of the player waits to be let in. */
  update: boolean;
  downloads: Download[];
  /** Bytes of each track that is here; -1 of one that could not be had. */
  tracks: Record<string, number>;
  /** The track that is on its way; total is 0 while it is not known. */
  coming: { id: string; got: number; total: number } | null;
  paused: boolean;
  /** Why nothing comes any more. */
  trouble: "full" | null;
  /** Bytes that the browser lets us have, and uses already. */
  room: { used: number; quota: number; persisted: boolean } | null;
  /** Changes that wait for the server. */
  waiting: number;
}

const initial: Offline = {
  away: false,
  update: false,
  downloads: [],
  tracks: {},
  coming: null,
  paused: false,
  trouble: null,
  room: null,
  waiting: 0,
};

const slice = createSlice({
  name: "offline",
  initialState: initial,
  reducers: {
    told: (state, { payload }: PayloadAction<Partial<Offline>>) => ({ ...state, ...payload }),
    trackTold: (state, { payload: [id, bytes] }: PayloadAction<[string, number]>) => {
      state.tracks[id] = bytes;
    },
  },
});

export const offline = slice.actions;
export const offlineReducer = slice.reducer;

/** Where it is noted whose downloads must go. */
export const LEFT = "philomel.left";

/** Browsers keep things for pages over https or from this machine alone. */
export const canKeep = (): boolean =>
  isSecureContext && "serviceWorker" in navigator && "caches" in globalThis;

export const isHere = (state: Offline, trackId: string): boolean =>
  (state.tracks[trackId] ?? -1) >= 0;

/** What cannot be played now: the server is away, and it was not downloaded. */
export const outOfReach = (state: Offline, trackId: string): boolean =>
  state.away && !isHere(state, trackId);
