/** Builds the page, starts server and browser, signs in. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { Browser } from "./browser.mjs";
import { album, Server } from "./server.mjs";
import { CUTS, TONE } from "./tones.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

export async function rig(formats = Object.keys(TONE)) {
  const folder = await mkdtemp(join(tmpdir(), "philomel-engine-"));
  const music = join(folder, "music");
  const page = join(folder, "page");
  for (const format of formats) await album(music, format, `Album ${format}`, CUTS[format]);
  await album(music, "flac", "Other", [160_000], { tone: 1102.5 });
  await album(music, "flac", "Long", [100 * 44_100], { tone: 300 });
  await build({
    root: HERE,
    base: "./",
    logLevel: "error",
    configFile: false,
    build: {
      target: "es2023",
      outDir: page,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  await cp(join(HERE, "tap.js"), join(page, "tap.js"));
  const close = async () => {
    await browser?.close();
    await server.kill();
    await rm(folder, { recursive: true, maxRetries: 5 });
  };
  const server = new Server();
  let browser;
  try {
    await server.prepare(folder, music);
    const cookie = await server.signIn();
    const albums = await server.albums(cookie);
    browser = await Browser.open(join(folder, "profile"));
    await browser.mount(page);
    await browser.call("Network.setCookie", cookie);
    await browser.go(`${server.url}/e2e/index.html`);
    return { server, browser, albums, close };
  } catch (error) {
    await close();
    throw error;
  }
}
