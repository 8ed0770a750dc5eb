import { expect, test } from "vitest";
import { letterAt, letterFor, written } from "./letters";

const letters = [
  { letter: "#", offset: 0 },
  { letter: "a", offset: 3 },
  { letter: "c", offset: 10 },
  { letter: "~", offset: 20 },
];

test("a place has the letter that began last before it", () => {
  expect([0, 2, 3, 9, 10, 19, 20, 99].map((place) => letterAt(letters, place))).toEqual([
    0, 0, 1, 1, 2, 2, 3, 3,
  ]);
});

test("a key finds its letter, or the next that there is", () => {
  expect([..."abcz"].map((key) => letterFor(letters, key))).toEqual([1, 2, 2, 3]);
  expect(letterFor(letters, "B")).toBe(2);
  expect(letterFor(letters, "ArrowUp")).toBeNull();
  expect(letters.map(({ letter }) => written(letter)).join("")).toBe("#AC…");
});
