import { expect, test } from "vitest";
import { BLOCKS, moved, ordered, shownOf } from "./blocks";

test("unknown and doubled names are forgotten, and new blocks stand behind", () => {
  const arrangement = { order: ["decades", "gone", "added", "decades"], hidden: ["added", "gone"] };
  expect(ordered(arrangement)).toEqual([
    "decades",
    "added",
    "listening",
    "most",
    "rediscover",
    "genres",
  ]);
  expect(shownOf(arrangement)).not.toContain("added");
  expect(ordered({ order: [], hidden: [] })).toEqual(BLOCKS);
});

test("a block is moved within the bounds", () => {
  const blocks = ["listening", "added", "most"] as const;
  expect(moved(blocks, "listening", 1)).toEqual(["added", "listening", "most"]);
  expect(moved(blocks, "most", -1)).toEqual(["most", "listening", "added"]);
  expect(moved(blocks, "listening", 9)).toEqual(["added", "most", "listening"]);
});
