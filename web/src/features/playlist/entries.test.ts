import { expect, it } from "vitest";
import type { Item } from "../../api/extension";
import { type Door, type Entry, EntryList, PAGE } from "./entries";
import { moved } from "./moves";

const entry = (id: string): Entry => ({
  id,
  item: { entry_id: id, track_id: id, added_at: 7, added_by: "", want: null } as Item,
  track: { id, name: id, uri: id, duration_ms: 1, artists: [], album: null, explicit: false },
  playable: true,
});

/** A server with one playlist, whose answers wait until they are let go. */
function server(count: number) {
  let ids = Array.from({ length: count }, (_, place) => `t${place}`);
  let version = 0;
  const held: (() => void)[] = [];
  const state = { hold: false, fail: false, pages: 0 };
  const wait = () =>
    state.hold ? new Promise<void>((resolve) => held.push(resolve)) : Promise.resolve();
  const changed = () => {
    if (state.fail) throw { status: 500, message: "no" };
    version += 1;
    return `s${version}`;
  };
  const door: Door = {
    page: async (offset, limit) => {
      state.pages += 1;
      const answer = {
        entries: ids.slice(offset, offset + limit).map(entry),
        total: ids.length,
        snapshot: `s${version}`,
      };
      await wait();
      return answer;
    },
    move: async (move) => {
      const snapshot = changed();
      ids = moved(ids, move);
      return snapshot;
    },
    remove: async (gone) => {
      const snapshot = changed();
      ids = ids.filter((id) => !gone.includes(id));
      return snapshot;
    },
    add: async (items, position) => {
      const snapshot = changed();
      ids.splice(position, 0, ...items.map(({ track_id }) => track_id ?? ""));
      return snapshot;
    },
  };
  return { door, state, ids: () => ids, release: () => held.splice(0).forEach((go) => void go()) };
}

const shown = (list: EntryList) =>
  Array.from({ length: list.now?.total ?? 0 }, (_, place) => list.now?.at(place)?.id ?? null);

const settle = () => new Promise((resolve) => setTimeout(resolve));

it("fetches what is in sight alone", async () => {
  const { door, state } = server(10_000);
  const list = new EntryList(door);
  await list.fetch(0, 0);
  expect(list.now?.total).toBe(10_000);
  await list.fetch(5_010, 5_020);
  expect(list.now?.at(5_015)?.id).toBe("t5015");
  expect(list.now?.at(200)).toBeNull();
  expect(state.pages).toBe(2);
});

it("changes at once, and as the server does", async () => {
  const { door, ids } = server(6);
  const list = new EntryList(door);
  await list.fetch(0, 5);
  const moving = list.move([0, 4], 3);
  expect(shown(list)).toEqual(["t1", "t2", "t0", "t4", "t3", "t5"]);
  const removing = list.remove([1, 3]);
  expect(shown(list)).toEqual(["t1", "t0", "t3", "t5"]);
  await moving;
  const back = await removing;
  expect(ids()).toEqual(shown(list));
  await back();
  await settle();
  expect(ids()).toEqual(["t1", "t2", "t0", "t4", "t3", "t5"]);
  expect(shown(list)).toEqual(ids());
});

it("throws away pages that were asked for before a change", async () => {
  const { door, state, ids, release } = server(PAGE + 2);
  const list = new EntryList(door);
  await list.fetch(0, 0);
  state.hold = true;
  const late = list.fetch(PAGE, PAGE + 1);
  await settle();
  state.hold = false;
  await list.move([0], PAGE + 2);
  release();
  await late;
  await list.fetch(0, PAGE + 1); // what stood on another page came into sight
  expect(shown(list)).toEqual(ids());
});

it("shows what is true when a change failed", async () => {
  const { door, state, ids } = server(3);
  const list = new EntryList(door);
  await list.fetch(0, 2);
  state.fail = true;
  await expect(list.move([0], 3)).rejects.toMatchObject({ status: 500 });
  await settle();
  expect(shown(list)).toEqual(ids());
});
