/** Between queue and engine, where the music is to end. */
import { configureStore } from "@reduxjs/toolkit";
import { expect, test, vi } from "vitest";
import type { Store } from "../app/store";
import type { Engine } from "../engine/types";
import { makeCommands } from "./commands";
import { type QueueTrack, queue, queueReducer } from "./queue";
import { settingsReducer } from "./settings";

const song = (id: string): QueueTrack => ({
  id,
  name: id,
  uri: `spotify:track:${id}`,
  duration_ms: 1000,
  artists: [],
  album: null,
  explicit: false,
});

const store = (songs: string[]) => {
  const made = configureStore({ reducer: { queue: queueReducer, settings: settingsReducer } });
  const context = { kind: "tracks", uri: "", name: "" } as const;
  made.dispatch(queue.played(songs.map(song), { context }));
  return made as unknown as Store;
};

const ended = { state: "idle", current: null, resume: vi.fn() } as unknown as Engine;

test("Play after the end goes on with what follows, or begins the last one again", () => {
  const made = store(["a", "b"]);
  const { toggle } = makeCommands(made, ended);
  toggle();
  expect(made.getState().queue.current?.track.id).toBe("b");
  const { turn } = made.getState().queue;
  toggle();
  expect(made.getState().queue.current?.track.id).toBe("b");
  expect(made.getState().queue.turn).toBe(turn + 1);
  expect(ended.resume).not.toHaveBeenCalled();
});
