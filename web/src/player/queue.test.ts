import { describe, expect, it } from "vitest";
import {
  following,
  initialQueue,
  type QueueState,
  type QueueTrack,
  queue,
  queueReducer,
} from "./queue";

const track = (id: string): QueueTrack => ({
  id,
  name: id,
  uri: `spotify:track:${id}`,
  duration_ms: 1000,
  artists: [],
  album: null,
  explicit: false,
});
const context = { kind: "album", uri: "a", name: "A" } as const;
const run = (...actions: Parameters<typeof queueReducer>[1][]): QueueState =>
  actions.reduce(queueReducer, initialQueue);
const names = (state: QueueState) =>
  [state.current, ...state.upNext, ...state.rest].map((entry) => entry?.track.id).join("");
const letters = (text: string) => [...text].map(track);

describe("the queue", () => {
  it("plays a list from one of its places on", () => {
    const state = run(queue.played(letters("abcd"), { index: 1, context }));
    expect(names(state)).toBe("bcd");
    expect(state.turn).toBe(1);
  });

  it("ignores a place that is not there", () => {
    expect(run(queue.played([], { context }))).toEqual(initialQueue);
  });

  it("plays what was put in by hand first, next before later", () => {
    const state = run(
      queue.played(letters("ab"), { context }),
      queue.appended(letters("x")),
      queue.insertedNext(letters("yz")),
    );
    expect(names(state)).toBe("ayzxb");
  });

  it("advances to the end, and then knows nothing", () => {
    const state = run(
      queue.played(letters("ab"), { context }),
      queue.advanced({ byHand: false }),
      queue.advanced({ byHand: false }),
    );
    expect(names(state)).toBe("b");
    expect(following(state)).toBeNull();
    expect(state.played.map(({ track: { id } }) => id)).toEqual(["a"]);
  });

  it("begins again when all is repeated, and stays when one is, unless asked", () => {
    const all = run(queue.played(letters("ab"), { index: 1, context }), queue.repeatSet("all"));
    expect(following(all)?.track.id).toBe("a");
    expect(names(queueReducer(all, queue.advanced({ byHand: false })))).toBe("ab");
    const one = queueReducer(all, queue.repeatSet("one"));
    expect(following(one)?.track.id).toBe("b");
    expect(following(one, true)?.track.id).toBe("a");
  });

  it("goes back to what was played, and forward again", () => {
    const state = run(
      queue.played(letters("abc"), { context }),
      queue.advanced({ byHand: true }),
      queue.returned(),
    );
    expect(names(state)).toBe("abc");
  });

  it("shuffles what was not heard, each once, and restores the order", () => {
    const before = run(
      queue.played(letters("abcdefgh"), { index: 2, context }),
      queue.advanced({ byHand: false }),
    );
    const state = queueReducer(
      before,
      queue.shuffleSet(true, () => 0.4),
    );
    expect(state.current?.track.id).toBe("d");
    expect([...names(state)].toSorted().join("")).toBe("abdefgh");
    expect(names(queueReducer(state, queue.shuffleSet(false)))).toBe("defgh");
  });

  it("moves an entry before another, across both lists", () => {
    let state = run(queue.played(letters("abcd"), { context }), queue.appended(letters("xy")));
    const key = (id: string) =>
      [...state.upNext, ...state.rest].find((e) => e.track.id === id)?.key as string;
    state = queueReducer(state, queue.moved({ key: key("d"), before: key("y") }));
    expect(names(state)).toBe("axdybc");
    state = queueReducer(state, queue.moved({ key: key("x"), before: key("c") }));
    expect(names(state)).toBe("adybxc");
    state = queueReducer(state, queue.moved({ key: key("d"), before: null }));
    expect(names(state)).toBe("aybxcd");
  });

  it("undoes what was done by hand, while the music goes on", () => {
    let state = run(queue.played(letters("abc"), { context }), queue.cleared());
    expect(names(state)).toBe("a");
    state = queueReducer(state, queue.undone());
    expect(names(state)).toBe("abc");
    expect(queueReducer(state, queue.undone())).toEqual(state);
  });

  it("jumps over what stands before", () => {
    const state = run(queue.played(letters("abcd"), { context }));
    const target = state.rest[1]?.key as string;
    expect(names(queueReducer(state, queue.jumped(target)))).toBe("cd");
  });

  it("goes on behind the end without an undo", () => {
    const state = run(
      queue.played(letters("a"), { context }),
      queue.continued(letters("yz"), { kind: "similar", uri: "a", name: "A" }),
    );
    expect(names(state)).toBe("ayz");
    expect(state.undo).toEqual([]);
    expect(state.context?.kind).toBe("similar");
  });
});
