import { expect, test } from "vitest";
import { crumbs } from "./folders";

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

test("a path is cut at its slashes, and names that are no text can be shown", () => {
  const path = hex(new Uint8Array([...new TextEncoder().encode("Björk/Post/"), 0xff, 0x61]));
  expect(crumbs(path).map(({ name }) => name)).toEqual(["Björk", "Post", "\ufffda"]);
  expect(crumbs(path).at(-1)?.path).toBe(path);
  expect(crumbs(path)[0]?.path).toBe(hex(new TextEncoder().encode("Björk")));
  expect(crumbs("")).toEqual([]);
});

test("a slash inside a byte is none", () => {
  expect(crumbs("12f2").length).toBe(1);
});
