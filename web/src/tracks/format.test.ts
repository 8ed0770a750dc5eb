import { expect, it } from "vitest";
import { clock, long } from "./format";

it.each([
  [0, "0:00"],
  [-5, "0:00"],
  [61_999, "1:01"],
  [3_723_000, "1:02:03"],
])("%d ms is %s on a clock", (ms, text) => expect(clock(ms)).toBe(text));

it("says lengths in words", () => {
  expect(long(10_000)).toBe("1 min");
  expect(long(3_840_000)).toBe("1 hr 4 min");
});
