/** How this browser shows the player. */
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";

export type Theme = "system" | "dark" | "light";
export type Panel = "queue" | "lyrics" | null;

export interface Interface {
  theme: Theme;
  /** "" follows the browser. */
  language: string;
  panel: Panel;
  fullScreen: boolean;
  shortcuts: boolean;
  sound: boolean;
  /** Whether single letters are shortcuts: people who dictate switch them off. */
  letters: boolean;
  /** Columns of the table of songs; null is the usual ones. */
  columns: string[] | null;
  /** Home: the order of its blocks, and those that are not shown. */
  home: { order: string[]; hidden: string[] };
}

export const initialInterface: Interface = {
  theme: "system",
  language: "",
  panel: null,
  fullScreen: false,
  shortcuts: false,
  sound: false,
  letters: true,
  columns: null,
  home: { order: [], hidden: [] },
};

const slice = createSlice({
  name: "interface",
  initialState: initialInterface,
  reducers: {
    changed: (state, { payload }: PayloadAction<Partial<Interface>>) => ({ ...state, ...payload }),
    panelToggled: (state, { payload }: PayloadAction<Exclude<Panel, null>>) => {
      state.panel = state.panel === payload ? null : payload;
    },
  },
});

export const ui = slice.actions;
export const interfaceReducer = slice.reducer;
