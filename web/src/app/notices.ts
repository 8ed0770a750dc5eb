/** Short messages at the edge of the screen, read out as they come. */
import { createSlice, nanoid, type PayloadAction } from "@reduxjs/toolkit";

export interface Notice {
  id: string;
  text: string;
  tone: "plain" | "bad";
  /** What takes the action back; "queue" is the queue's own undo. */
  undo?: "queue" | (() => void);
}

const slice = createSlice({
  name: "notices",
  initialState: [] as Notice[],
  reducers: {
    told: {
      prepare: (text: string, more: Partial<Pick<Notice, "tone" | "undo">> = {}) => ({
        payload: { id: nanoid(6), text, tone: "plain" as const, ...more },
      }),
      reducer: (state, { payload }: PayloadAction<Notice>) => {
        const same = state.findIndex(({ text }) => text === payload.text);
        if (same >= 0) state.splice(same, 1);
        state.push(payload);
        if (state.length > 3) state.shift();
      },
    },
    closed: (state, { payload }: PayloadAction<string>) => state.filter(({ id }) => id !== payload),
  },
});

export const notices = slice.actions;
export const noticesReducer = slice.reducer;
