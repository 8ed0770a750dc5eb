import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const untranslated = (file: string): string[] =>
  readFileSync(new URL(`../${file}.po`, import.meta.url), "utf8")
    .split("\n\n")
    .slice(1)
    .filter((entry) => entry.trimEnd().endsWith('msgstr ""'));

const FILES = ["locales/en", "locales/de", "share/locales/en", "share/locales/de"];

test.each(FILES)("has every text in %s", (file) => {
  expect(untranslated(file)).toEqual([]);
});
