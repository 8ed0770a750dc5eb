import { defineConfig } from "@lingui/cli";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "de"],
  catalogs: [
    { path: "<rootDir>/src/locales/{locale}", include: ["src"], exclude: ["src/share/**"] },
    // The page of a share is small: it brings its own words only.
    { path: "<rootDir>/src/share/locales/{locale}", include: ["src/share"] },
  ],
  format: "po",
  compileNamespace: "ts",
});
