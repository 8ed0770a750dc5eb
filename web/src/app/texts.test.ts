import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const untranslated = (language: string): string[] =>
  readFileSync(new URL(`../locales/${language}.po`, import.meta.url), "utf8")
    .split("\n\n")
    .slice(1)
    .filter((entry) => entry.trimEnd().endsWith('msgstr ""'));

test.each(["en", "de"])("has every text in %s", (language) => {
  expect(untranslated(language)).toEqual([]);
});
