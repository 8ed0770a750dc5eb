/** Builds the service worker after everything else, and tells it what the shell is made of. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin, type ResolvedConfig } from "vite";

/** Fetched when they are needed: not every browser wants them. */
const ON_DEMAND = /hls|^share-/;

export function serviceWorker(): Plugin {
  let resolved: ResolvedConfig;
  return {
    name: "service-worker",
    apply: "build",
    configResolved: (config) => {
      resolved = config;
    },
    async writeBundle() {
      const { root } = resolved;
      const outDir = join(root, resolved.build.outDir);
      const files = readdirSync(join(outDir, "assets"))
        .filter((name) => !ON_DEMAND.test(name))
        .map((name) => `assets/${name}`);
      const all = createHash("sha256").update(readFileSync(join(outDir, "index.html")));
      for (const file of files) all.update(file);
      await build({
        root,
        configFile: false,
        publicDir: false,
        logLevel: "warn",
        define: {
          FILES: JSON.stringify([...files, "site/nightingale.svg"]),
          VERSION: JSON.stringify(all.digest("hex").slice(0, 12)),
        },
        build: {
          outDir,
          emptyOutDir: false,
          target: "es2023",
          lib: { entry: "src/worker/sw.ts", formats: ["es"], fileName: () => "sw.js" },
        },
      });
    },
  };
}
