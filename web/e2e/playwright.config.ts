import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const chromium = NAMES.map((name) => `/usr/bin/${name}`).find(existsSync);

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "../../.tools/e2e/results",
  snapshotPathTemplate: "{testDir}/screens/{arg}{ext}",
  workers: 1,
  timeout: 90_000,
  globalTimeout: 900_000,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  expect: { timeout: 20_000, toHaveScreenshot: { maxDiffPixelRatio: 0.02 } },
  use: {
    viewport: { width: 1360, height: 860 },
    colorScheme: "dark",
    locale: "en-GB",
    timezoneId: "UTC",
    contextOptions: { reducedMotion: "reduce" },
    actionTimeout: 20_000,
    launchOptions: {
      ...(chromium && { executablePath: chromium }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
        "--font-render-hinting=none",
        "--force-color-profile=srgb",
        // A name of the local network, which browsers do not trust as they do the machine itself.
        "--host-resolver-rules=MAP music.test 127.0.0.1",
      ],
    },
  },
});
