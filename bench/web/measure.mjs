/** What a listener waits for in the web player, measured in Chromium. Prints a line of JSON for each part. */
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];
/** A round trip of 50 ms and 5 Mbit/s. */
const SHAPED = { offline: false, latency: 50, downloadThroughput: 625_000, uploadThroughput: 625_000 };
const FREE = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };

const asked = JSON.parse(process.argv[2] ?? "{}");
const { real, filled, times, name, password, only } = asked;
const wants = (part) => !only.length || only.includes(part);
const executablePath = NAMES.map((each) => `/usr/bin/${each}`).find(existsSync);
const percentile = (values, percent) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor((values.length * percent) / 100))];
const spread = (values) => ({
  n: values.length,
  p50: percentile(values, 50),
  p90: percentile(values, 90),
  worst: Math.max(...values),
});

async function signedIn(browser, baseURL) {
  const context = await browser.newContext({ baseURL, viewport: { width: 1360, height: 860 } });
  await context.addInitScript(() => {
    globalThis.heard = { clicked: 0, playing: [] };
    const known = new WeakSet();
    const real = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function play() {
      if (!known.has(this)) {
        known.add(this);
        this.addEventListener("playing", () => heard.playing.push(performance.now()));
      }
      return real.call(this);
    };
    document.addEventListener(
      "click",
      ({ timeStamp }) => {
        heard.clicked = timeStamp;
        heard.playing = [];
      },
      true,
    );
  });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.fill("[name=name]", name);
  await page.fill("[name=password]", password);
  await page.click("form button[type=submit]");
  await page.getByRole("navigation", { name: "Main" }).waitFor({ state: "attached" });
  return { context, page };
}

/** Milliseconds from a click to the element's `playing`. */
async function click(page, locator) {
  await page.evaluate(() => {
    heard.playing = [];
    heard.clicked = 0;
  });
  await locator.evaluate((button) => button.click());
  await page.waitForFunction(() => heard.playing.length && heard.clicked);
  return page.evaluate(() => heard.playing[0] - heard.clicked);
}

const formats = ["flac", "mp3", "ogg", "opus"];

async function openAlbum(page, context, format) {
  const found = await (
    await context.request.get(`/v1/search?q=Bench ${format}&type=album&limit=1`)
  ).json();
  await page.goto(`/album/${found.albums.items[0].id}`);
  await page.getByRole("row").nth(2).waitFor();
}

const buttonOf = (page, row) =>
  page.getByRole("row").nth(row).getByRole("button", { name: /^Play / });

/** Tracks of every format, each once as it lies on the server, and once with the pointer on it before. */
async function clicks(browser, conditions) {
  const result = { cold: {}, hovered: {}, next: {} };
  for (const format of formats) {
    const { context, page } = await signedIn(browser, real);
    await openAlbum(page, context, format);
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    // Decoders and code of the engine are loaded with the first sound of all.
    await click(page, buttonOf(page, 0));
    await session.send("Network.emulateNetworkConditions", conditions);
    const rows = await page.getByRole("row").count();
    const half = Math.floor(rows / 2);
    result.cold[format] = [];
    result.hovered[format] = [];
    await page.mouse.move(2, 2);
    for (let row = 1; row < half; row += 1) {
      await page.waitForTimeout(400);
      result.cold[format].push(await click(page, buttonOf(page, row)));
    }
    for (let row = half; row < rows; row += 1) {
      await page.getByRole("row").nth(row).hover();
      await page.waitForTimeout(1000);
      result.hovered[format].push(await click(page, buttonOf(page, row)));
    }
    result.next[format] = await nexts(page);
    await context.close();
  }
  return result;
}

/** The button for the next one, when that one was fetched already: some seconds before the end. */
async function nexts(page) {
  const took = [];
  const bar = page.getByRole("region", { name: "Player" });
  await click(page, buttonOf(page, 1));
  for (let round = 0; round < 3; round += 1) {
    const seek = bar.getByLabel("Place in the track");
    await seek.evaluate((range) => {
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
      set.call(range, String(Number(range.max) - 20));
      range.dispatchEvent(new Event("input", { bubbles: true }));
      range.dispatchEvent(new Event("change", { bubbles: true }));
      range.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
    });
    await page.waitForTimeout(3000);
    took.push(await click(page, bar.getByRole("button", { name: "Next" })));
  }
  return took;
}

/** Main-thread CPU of every frame while a long list is scrolled. */
async function scrolling(browser) {
  const { context, page } = await signedIn(browser, filled);
  await page.goto("/library/tracks");
  await page.getByRole("row").nth(5).waitFor();
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const metrics = async () =>
    Object.fromEntries(
      (await session.send("Performance.getMetrics")).metrics.map(({ name: key, value }) => [key, value]),
    );
  const result = {
    rows: Number(await page.getByRole("grid").getAttribute("aria-rowcount")),
  };
  for (const step of [60, 1200]) {
    const before = await metrics();
    const frames = await page.evaluate(
      ([by, most]) =>
        new Promise((told) => {
          let scroller = document.querySelector("[role=grid]");
          while (scroller && !/auto|scroll/.test(getComputedStyle(scroller).overflowY))
            scroller = scroller.parentElement;
          const box = scroller ?? document.scrollingElement;
          let seen = 0;
          const began = performance.now();
          const frame = () => {
            if (seen >= most) {
              told({ seen, top: box.scrollTop, ms: performance.now() - began });
              return;
            }
            seen += 1;
            box.scrollTop += by;
            requestAnimationFrame(frame);
          };
          requestAnimationFrame(frame);
        }),
      [step, 300],
    );
    const after = await metrics();
    const each = (key) => ((after[key] - before[key]) * 1000) / frames.seen;
    result[step] = {
      task: each("TaskDuration"),
      script: each("ScriptDuration"),
      fps: (frames.seen * 1000) / frames.ms,
      scrolled: frames.top,
    };
  }
  await context.close();
  return result;
}

/** From a key to the results of what stands in the box then. */
async function searching(browser) {
  const { context, page } = await signedIn(browser, real);
  await page.goto("/search");
  const box = page.getByRole("searchbox");
  await box.waitFor();
  await page.evaluate(() => {
    globalThis.typed = { key: 0, shown: 0 };
    document.addEventListener("keydown", ({ timeStamp }) => {
      typed.key = timeStamp;
      typed.shown = 0;
    }, true);
    const results = document.querySelector("[data-results]");
    // As painted: with the frame after the last change.
    new MutationObserver(() => {
      const { key } = typed;
      requestAnimationFrame(() => {
        if (typed.key === key && results.getAttribute("aria-busy") === "false")
          typed.shown = performance.now();
      });
    }).observe(results, { childList: true, characterData: true, subtree: true, attributes: true, attributeFilter: ["aria-busy"] });
  });
  const took = [];
  for (const words of asked.words) {
    await box.fill("");
    for (const letter of words) {
      await page.waitForTimeout(150);
      await box.press(letter === " " ? "Space" : letter);
      await page.waitForFunction(() => typed.shown).catch(() => null);
      took.push(await page.evaluate(() => typed.shown - typed.key));
    }
  }
  let sent = 0;
  let aborted = 0;
  page.on("request", (request) => {
    if (request.url().includes("/v1/search")) sent += 1;
  });
  page.on("requestfailed", (request) => {
    if (request.url().includes("/v1/search")) aborted += 1;
  });
  await context.route("**/v1/search*", async (route) => {
    await new Promise((told) => setTimeout(told, 300));
    await route.continue().catch(() => null);
  });
  await box.fill("");
  for (const letter of "velvet river") {
    await box.press(letter === " " ? "Space" : letter);
    await page.waitForTimeout(60);
  }
  await page.waitForTimeout(800);
  await context.close();
  return { ...spread(took), sent, aborted };
}

async function lighthouses() {
  const { default: lighthouse, desktopConfig } = await import("lighthouse");
  const { version } = (
    await import("lighthouse/package.json", { with: { type: "json" } })
  ).default;
  const port = 9333 + Math.floor(Math.random() * 500);
  const browser = await chromium.launch({
    executablePath,
    args: [...FLAGS, `--remote-debugging-port=${port}`],
  });
  const { context, page } = await signedIn(browser, real);
  const cookies = await context.cookies();
  const found = await (
    await context.request.get("/v1/search?q=velvet&type=album&limit=1")
  ).json();
  const tracks = (await (await context.request.get("/v1/search?q=a&type=track&limit=1")).json())
    .tracks.total;
  await page.close();
  const pages = {
    home: "/",
    album: `/album/${found.albums.items[0].id}`,
    search: "/search?q=velvet",
  };
  const Cookie = cookies.map(({ name: key, value }) => `${key}=${value}`).join("; ");
  const result = { version, node: process.version, tracks, pages: {} };
  for (const [key, path] of Object.entries(pages)) {
    const runs = [];
    for (let round = 0; round < times; round += 1) {
      const { lhr } = await lighthouse(
        real + path,
        {
          port,
          extraHeaders: { Cookie },
          onlyCategories: ["performance", "accessibility", "best-practices"],
          logLevel: "silent",
        },
        desktopConfig,
      );
      runs.push(lhr);
    }
    const median = (read) => percentile(runs.map(read), 50);
    result.pages[key] = {
      performance: median(({ categories }) => categories.performance.score * 100),
      accessibility: median(({ categories }) => categories.accessibility.score * 100),
      practices: median(({ categories }) => categories["best-practices"].score * 100),
      lcp: median(({ audits }) => audits["largest-contentful-paint"].numericValue),
      tbt: median(({ audits }) => audits["total-blocking-time"].numericValue),
      cls: median(({ audits }) => audits["cumulative-layout-shift"].numericValue),
      below: Object.values(runs[0].audits)
        .filter(({ score, scoreDisplayMode }) => scoreDisplayMode === "binary" && score === 0)
        .map(({ id }) => id),
      url: runs[0].finalDisplayedUrl,
    };
  }
  await browser.close();
  return result;
}

/** One part after the other, each told as soon as it is seen. */
const tell = (part) => process.stdout.write(`${JSON.stringify(part)}\n`);
const browser = await chromium.launch({ executablePath, args: FLAGS });
tell({ chromium: browser.version(), node: process.version });
if (wants("scroll")) tell({ scroll: await scrolling(browser) });
if (wants("search")) tell({ search: await searching(browser) });
if (wants("click")) tell({ click: await clicks(browser, FREE) });
if (wants("shaped")) tell({ shaped: await clicks(browser, SHAPED) });
await browser.close();
if (wants("lighthouse")) tell({ lighthouse: await lighthouses() });
