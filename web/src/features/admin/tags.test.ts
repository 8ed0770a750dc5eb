import { expect, test } from "vitest";
import type { TaggedTrack } from "../../api/extension";
import { editsFor, shared, textsOf, valuesOf } from "./tags";

const track = (title: string, artists: string[], number: number): TaggedTrack => ({
  track_id: title,
  library_id: "l",
  library: "Music",
  path: `${title}.flac`,
  refusal: "",
  fields: {
    title,
    artists,
    album: "X",
    album_artists: [],
    genres: ["Folk"],
    date: "1999",
    track_number: number,
    track_total: 0,
    disc_number: 0,
    disc_total: 0,
    cover: false,
  },
});

test("several values stand in one field", () => {
  expect(textsOf(track("a", ["A", "B"], 1).fields)).toMatchObject({
    artists: "A; B",
    track_number: "1",
    track_total: "",
  });
  expect(valuesOf("artists", " A ;; B;")).toEqual(["A", "B"]);
  expect(valuesOf("title", "Either; Or")).toEqual(["Either; Or"]);
  expect(valuesOf("date", " ")).toEqual([]);
});

test("what differs is nobody's", () => {
  const found = shared([track("a", ["A"], 1), track("b", ["A"], 2)]);
  expect(found).toMatchObject({ title: null, artists: "A", track_number: null, date: "1999" });
});

test("only what is new is sent", () => {
  const one = track("a", ["A", "B"], 1);
  expect(editsFor(one, {})).toEqual([]);
  expect(editsFor(one, { artists: "A;B", title: "a " })).toEqual([]);
  expect(editsFor(one, { artists: "B", date: "" })).toEqual([
    { field: "artists", values: ["B"] },
    { field: "date", values: [] },
  ]);
});
