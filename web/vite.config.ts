import { lingui } from "@lingui/vite-plugin";
import babel from "@rolldown/plugin-babel";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { serviceWorker } from "./tools/worker.ts";

// Addresses are relative to <base>, which the server writes into the page: it may lie under a path.
export default defineConfig({
  base: "./",
  plugins: [
    react(),
    babel({ plugins: ["@lingui/babel-plugin-lingui-macro"], include: /\/src\/.*\.tsx?$/ }),
    lingui(),
    serviceWorker(),
  ],
  build: {
    outDir: "../src/philomel/gateway/site/web",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ["index.html", "share.html"] },
  },
  server: {
    proxy: Object.fromEntries(
      [
        "/v1",
        "/api",
        "/media",
        "/session",
        "/sign-in",
        "/sign-out",
        "/account",
        "/people",
        "/site",
      ].map((path) => [path, process.env.PHILOMEL ?? "http://127.0.0.1:4747"]),
    ),
  },
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"] },
});
