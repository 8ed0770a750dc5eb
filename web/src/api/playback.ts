import type { Playback, Source } from "../engine/types";
import { at } from "./base";
import { ask } from "./client";
import type { PlaybackState } from "./extension";

/** Where the engine gets what a track can be played from. */
export const source: Source = {
  playback: (trackId, signal) =>
    ask<Playback>(
      { path: `/api/philomel/v1/tracks/${encodeURIComponent(trackId)}/playback` },
      signal,
    ),
};

const PLAYER = "Philomel Web";

/** What a player does at a moment. */
export interface Told {
  track_id: string;
  state: PlaybackState;
  position_ms: number;
  rate: number;
}

/** Arrives also when the page goes away right after. */
export const report = (told: Told): Promise<Response> =>
  fetch(at("/api/philomel/v1/me/playback"), {
    method: "POST",
    credentials: "same-origin",
    keepalive: true,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...told, player: PLAYER }),
  });
