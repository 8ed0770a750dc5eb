import type { Playback, Source } from "../engine/types";
import { ask } from "./client";

/** Where the engine gets what a track can be played from. */
export const source: Source = {
  playback: (trackId, signal) =>
    ask<Playback>(
      { path: `/api/philomel/v1/tracks/${encodeURIComponent(trackId)}/playback` },
      signal,
    ),
};
