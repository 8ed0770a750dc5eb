import { expect, test } from "vitest";
import { bandsOf, MOST_BAND_DB } from "../../engine/loudness";
import { curve, PRESETS, presetOf, tenOf } from "./presets";

test("presets keep to the bounds of the engine, and only the flat one changes nothing", () => {
  for (const [name, bands] of Object.entries(PRESETS)) {
    const known = bandsOf(bands);
    expect(known, name).toEqual(name === "flat" ? null : bands);
  }
});

test("a preset is known again, and what was set by hand is none", () => {
  expect(presetOf([...PRESETS.rock])).toBe("rock");
  expect(presetOf([])).toBe("flat");
  expect(presetOf([1])).toBeNull();
  expect(tenOf([1, 2])).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test("the curve goes through every band", () => {
  const path = curve([MOST_BAND_DB, ...Array(8).fill(0), -MOST_BAND_DB], 100, 50, MOST_BAND_DB);
  expect(path).toMatch(/^M0 0L5 0C10 0 10 25 15 25/);
  expect(path).toMatch(/C90 25 90 50 95 50H100$/);
});
