/** The engine on a page by itself, at the address of a real server with albums of tones. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { build } from "vite";
import type { Item } from "../../src/engine/types";
import { Philomel } from "../server";
import { album, FORMATS, OTHER, TONE } from "./tones";

const HERE = join(import.meta.dirname, "page");
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };
/** What pages may do: as strict as the server's own. */
const POLICY = "default-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'self'";

export type Albums = Record<string, Item[]>;

export interface Rig {
  server: Philomel;
  context: BrowserContext;
  albums: Albums;
  /** A new page with the engine's bench on it. */
  open(): Promise<Page>;
  close(): Promise<void>;
}

async function write(music: string): Promise<void> {
  for (const format of FORMATS) await album(music, format, `Album ${format}`);
  await album(music, "flac", "Other", [110_000], OTHER);
  await album(music, "flac", "Long", [100 * 44_100], TONE.flac);
}

async function albumsOf(context: BrowserContext): Promise<Albums> {
  const ask = async (path: string) => (await context.request.get(path)).json();
  const { albums } = await ask("/v1/search?q=Tones&type=album&limit=50");
  const found: Albums = {};
  for (const { id, name } of albums.items as { id: string; name: string }[]) {
    const { items } = await ask(`/v1/albums/${id}/tracks?limit=50`);
    found[name] = (items as { id: string; duration_ms: number }[]).map((track) => ({
      key: track.id,
      trackId: track.id,
      albumId: id,
      durationMs: track.duration_ms,
    }));
  }
  return found;
}

/**
 * Lets the page's files stand below /e2e/ of the server. Routes of the driver's own know nothing of
 * worklets, and take the browser's cache away.
 */
async function mount(page: Page, folder: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on("Fetch.requestPaused", async ({ requestId, request }) => {
    const path = new URL(request.url).pathname.replace(/^\/e2e\//, "");
    const body = await readFile(join(path === "tap.js" ? HERE : folder, path));
    const responseHeaders = [
      { name: "content-type", value: TYPES[extname(path)] ?? "application/octet-stream" },
      { name: "content-security-policy", value: POLICY },
    ];
    await session.send("Fetch.fulfillRequest", {
      requestId,
      responseCode: 200,
      responseHeaders,
      body: body.toString("base64"),
    });
  });
  await session.send("Fetch.enable", { patterns: [{ urlPattern: "*/e2e/*" }] });
}

export async function rig(browser: Browser): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), "philomel-engine-"));
  const outDir = join(folder, "page");
  const building = build({
    root: HERE,
    base: "./",
    logLevel: "error",
    configFile: false,
    build: {
      target: "es2023",
      outDir,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      minify: false,
    },
  });
  await Promise.all([building, write(join(folder, "music"))]);
  const server = await Philomel.start("--music", join(folder, "music"));
  const context = await server.signedIn(browser, { serviceWorkers: "block" });
  await server.command("scan", "--wait", "analysis");
  return {
    server,
    context,
    albums: await albumsOf(context),
    async open() {
      const page = await context.newPage();
      await mount(page, outDir);
      await page.goto("/e2e/index.html");
      await page.waitForFunction("globalThis.lab");
      return page;
    },
    async close() {
      await context.close();
      await server.stop();
      await rm(folder, { recursive: true, maxRetries: 5 });
    },
  };
}
