/** What a listener chose for playing, kept in this browser. */
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";
import type { Settings } from "../engine/types";

export interface PlayerSettings extends Settings {
  /** Go on with similar music when the queue ends. */
  autoplay: boolean;
  /** The equaliser as it was set, also while it is off. */
  bands: readonly number[];
}

export const defaultSettings: PlayerSettings = {
  volume: 0.8,
  muted: false,
  rate: 1,
  quality: "auto",
  normalisation: "album",
  crossfade: 0,
  gapless: true,
  equaliser: null,
  output: "",
  autoplay: true,
  bands: [],
};

const slice = createSlice({
  name: "settings",
  initialState: defaultSettings,
  reducers: {
    changed: (state, { payload }: PayloadAction<Partial<PlayerSettings>>) => ({
      ...state,
      ...payload,
    }),
  },
});

export const settings = slice.actions;
export const settingsReducer = slice.reducer;
