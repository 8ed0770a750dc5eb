/** What the engine does, as far as pages show it. Positions stay out of here: see position.ts. */
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";
import type { Sleep } from "../engine/sleep";
import type { State } from "../engine/types";

export interface Form {
  codec: string;
  bitrate: number | null;
  lossless: boolean;
  adaptive: boolean;
}

export interface Status {
  state: State;
  form: Form | null;
  /** The engine tries this entry again, for the n-th time of five. */
  retrying: number;
  /** When the music stops by itself; milliseconds of `performance.now()`. */
  sleep: Sleep;
}

const initial: Status = { state: "idle", form: null, retrying: 0, sleep: null };

const slice = createSlice({
  name: "status",
  initialState: initial,
  reducers: {
    told: (state, { payload }: PayloadAction<Partial<Status>>) => ({ ...state, ...payload }),
  },
});

export const status = slice.actions;
export const statusReducer = slice.reducer;
