import { expect, it } from "vitest";
import { chosen, everything, inOrder, NONE } from "./selection";

const places = (selection: typeof NONE) => inOrder(selection.places);

it("chooses one, adds and takes out with Ctrl", () => {
  const one = chosen(NONE, 3);
  expect(places(one)).toEqual([3]);
  expect(places(chosen(one, 5))).toEqual([5]);
  const two = chosen(one, 1, { add: true });
  expect(places(two)).toEqual([1, 3]);
  expect(places(chosen(two, 3, { add: true }))).toEqual([1]);
});

it("chooses from the anchor on with Shift", () => {
  const range = chosen(chosen(NONE, 4), 2, { range: true });
  expect(places(range)).toEqual([2, 3, 4]);
  expect(places(chosen(range, 6, { range: true }))).toEqual([4, 5, 6]);
  expect(places(chosen(NONE, 2, { range: true }))).toEqual([2]);
});

it("chooses all", () => expect(everything(50_000).places.size).toBe(50_000));
