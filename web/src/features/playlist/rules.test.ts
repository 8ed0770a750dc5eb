import { expect, it } from "vitest";
import type { SmartRules } from "../../api/extension";
import {
  draftOf,
  emptyDraft,
  FIELDS,
  fresh,
  isWhole,
  operatorsOf,
  rulesOf,
  withOperator,
} from "./rules";

it("gives back the rules that it was given", () => {
  const rules: SmartRules = {
    match: "any",
    rules: [{ field: "genre", operator: "is", values: ["Jazz", "Soul"] }],
    groups: [
      { match: "all", rules: [{ field: "year", operator: "between", values: ["1990", "1999"] }] },
    ],
    sort: "plays",
    descending: true,
    limit: 50,
  };
  expect(rulesOf(draftOf(rules))).toEqual(rules);
});

it("knows every field once, each with what it can be compared by", () => {
  expect(new Set(FIELDS).size).toBe(FIELDS.length);
  expect(FIELDS).toHaveLength(26);
  for (const field of FIELDS) expect(operatorsOf(field)).not.toHaveLength(0);
});

it("waits for what is missing", () => {
  expect(rulesOf(emptyDraft())).toBeNull();
  expect(rulesOf({ ...emptyDraft(), rules: [] })).toMatchObject({ rules: [], limit: 1000 });
  expect(rulesOf({ ...emptyDraft(), rules: [], limit: "0" })).toBeNull();
});

it.each([
  ["year", "at_least", ["19x"], false],
  ["year", "between", ["1990", ""], false],
  ["added", "within_days", ["0"], false],
  ["added", "after", ["2024-05"], true],
  ["added", "after", ["May"], false],
  ["liked", "is", ["true"], true],
] as const)("%s %s %s", (field, operator, values, whole) =>
  expect(isWhole({ key: "", field, operator, values: [...values] })).toBe(whole));

it("keeps what was written where it still means something", () => {
  const rule = { ...fresh("title"), values: ["Night"] };
  expect(fresh("album", rule).values).toEqual(["Night"]);
  expect(fresh("year", rule).values).toEqual([""]);
  expect(withOperator({ ...fresh("year"), values: ["1990"] }, "between").values).toEqual([
    "1990",
    "",
  ]);
  expect(withOperator({ ...fresh("added"), values: ["30"] }, "after").values).toEqual([""]);
});
