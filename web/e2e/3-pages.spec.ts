/**
 * Every page, dark and light, on a desk and in a hand: nothing serious for those who see, hear or move
 * otherwise, and it looks as it did. `python tools/web.py screens` draws the pictures anew.
 */
import { cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test, watch } from "./fixtures";
import { pagesOf } from "./pages";
import { Philomel, sampler } from "./server";

const DESK = { width: 1120, height: 720 };
const HAND = { width: 375, height: 720 };
/** Pages greet by the hour, and count days. */
const NOW = new Date("2026-11-21T19:30:00Z");
/** Nothing blinks, and what is there already of a song is not shown. */
const STYLE = `
  * { caret-color: transparent !important; }
  input[type="range"] { --buffered: 1 !important; }
`;

let folder: string;
let server: Philomel;
let context: BrowserContext;
let problems: string[];

/** One album after the other, so that the newest of them is the same every time. */
async function fill(): Promise<void> {
  const from = await sampler();
  for (const artist of (await readdir(from, { withFileTypes: true })).sort()) {
    if (!artist.isDirectory() || artist.name.startsWith(".")) continue;
    await cp(join(from, artist.name), join(folder, artist.name), { recursive: true });
    await server.command("scan", "--wait", "analysis");
  }
}

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000);
  folder = join(await mkdtemp(join(tmpdir(), "philomel-pages-")), "Music");
  await mkdir(folder);
  server = await Philomel.start("--music", folder);
  context = await server.signedIn(browser, { viewport: DESK });
  problems = watch(context);
  await fill();
});

test.afterAll(async () => {
  await context?.close();
  await server?.stop();
  await rm(join(folder, ".."), { recursive: true });
  expect(problems).toEqual([]);
});

async function grave(page: Page, rules?: string[]): Promise<string[]> {
  const asked = new AxeBuilder({ page });
  const { violations } = await (rules ? asked.withRules(rules) : asked).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
    );
}

async function show(page: Page, colorScheme: "dark" | "light"): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
  await page.waitForFunction(() =>
    document.getAnimations().every((each) => !(each instanceof CSSTransition)),
  );
}

/** Days, and folders of this machine, are written as if they were always the same. */
async function steady(page: Page): Promise<void> {
  await page.evaluate((folder) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode() as Text | null; text; text = texts.nextNode() as Text | null) {
      const steadied = text.data
        .replaceAll(folder, "/srv/music")
        .replace(/\b[A-Z][a-z]{2} \d{1,2}, \d{4}(, \d{1,2}:\d{2}\W[AP]M)?/g, "Nov 21, 2026")
        .replace(/\b\d{1,2}:\d{2}:\d{2}\b/g, "19:30:00");
      if (steadied !== text.data) text.data = steadied;
    }
  }, folder);
}

test("has no serious finding on any page, and looks as it did", async () => {
  test.setTimeout(600_000);
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  await page.addInitScript((style) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets.push(sheet);
  }, STYLE);
  // What is brought at random comes by its name.
  await page.route(/[?&]sort=random/, (route) =>
    route.continue({ url: route.request().url().replace("sort=random", "sort=name") }),
  );
  const looks = async (name: string) => {
    await steady(page);
    // The driver would hide the caret by a style that the page's policy refuses.
    await expect.soft(page).toHaveScreenshot(`${name}.png`, { caret: "initial", timeout: 60_000 });
  };
  for (const { name, open, wide } of await pagesOf(page)) {
    await test.step(name, async () => {
      await page.setViewportSize(DESK);
      await show(page, "dark");
      await open(page);
      expect.soft(await grave(page), `${name}, dark`).toEqual([]);
      await looks(`${name}-desk-dark`);
      await show(page, "light");
      expect.soft(await grave(page, ["color-contrast"]), `${name}, light`).toEqual([]);
      await looks(`${name}-desk-light`);
      if (wide) return;
      await page.setViewportSize(HAND);
      await looks(`${name}-hand-light`);
      await show(page, "dark");
      await looks(`${name}-hand-dark`);
    });
  }
});
