import { expect, it } from "vitest";
import { lineAt } from "./lines";

const lines = [1, 4, 9].map((at) => ({ at, text: "" }));

it.each([
  [0, -1],
  [0.9, 0],
  [3.5, 0],
  [4, 1],
  [100, 2],
])("at %d s line %d is sung", (at, line) => expect(lineAt(lines, at)).toBe(line));

it("knows no line where nothing is timed", () =>
  expect(lineAt([{ at: null, text: "a" }], 5)).toBe(-1));
