import { expect, test } from "vitest";
import { isDown, orderOf, pressed, shownOf, toggled } from "./columns";

test("columns that were kept are shown in their order, and unknown ones are forgotten", () => {
  expect(shownOf(["length", "colour", "album"])).toEqual(["album", "length"]);
  expect(shownOf(null)).toContain("plays");
  expect(shownOf([])).toEqual([]);
  expect(toggled(["album", "length"], "bpm")).toEqual(["album", "bpm", "length"]);
  expect(toggled(["album", "length"], "album")).toEqual(["length"]);
});

test("a header sorts by itself, then the other way round", () => {
  const first = pressed({ sort: "name", reverse: true }, "recently_added");
  expect(first).toEqual({ sort: "recently_added", reverse: false });
  expect(isDown(first)).toBe(true);
  expect(isDown(pressed(first, "recently_added"))).toBe(false);
  expect(isDown({ sort: "name", reverse: false })).toBe(false);
});

test("an address that asks for nonsense is by name", () => {
  expect(orderOf(new URLSearchParams("sort=colour"))).toEqual({ sort: "name", reverse: false });
  expect(orderOf(new URLSearchParams("sort=bpm&reverse=1"))).toEqual({
    sort: "bpm",
    reverse: true,
  });
});
