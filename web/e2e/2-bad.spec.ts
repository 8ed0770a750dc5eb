/** What should not happen and does: no music at all, the worst of tags, a server that dies, a track that goes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { bar, expect, expectSound, test, watch } from "./fixtures";
import { OWNER, oddMusic, PASSWORD, Philomel } from "./server";

test.describe.configure({ mode: "serial" });

let folder: string;
let server: Philomel;
let context: BrowserContext;
let page: Page;
let problems: string[];

test.beforeAll(async ({ browser }) => {
  folder = await mkdtemp(join(tmpdir(), "philomel-odd-"));
  server = await Philomel.start("--music", folder);
  context = await server.signedIn(browser);
  problems = watch(context);
  page = await context.newPage();
});

test.afterAll(async () => {
  await context.close();
  await server.stop();
  await rm(folder, { recursive: true });
  expect(problems).toEqual([]);
});

const main = () => page.locator("main");

test("says on every page that there is no music yet", async () => {
  await page.goto("/");
  await expect(main()).toContainText("No audio files are in it");
  for (const view of ["albums", "artists", "tracks", "genres", "liked"]) {
    await page.goto(`/library/${view}`);
    await expect(main().locator("h2")).not.toHaveCount(0);
    await expect(main().getByRole("alert")).toHaveCount(0);
  }
});

test("shows the worst of tags as they are, and obeys none", async () => {
  await oddMusic(folder);
  await server.command("scan");
  await page.goto("/library/tracks");
  const rows = main().getByRole("row");
  await expect(rows).toHaveCount(6);
  await expect(main()).toContainText("<script>alert(1)</script>");
  await expect(main()).toContainText("ليلة العندليب");
  await expect(main()).toContainText("🏳️‍🌈 song");
  for (const what of ["Endless", "<img", "ليلة", "🐦"]) {
    await rows
      .filter({ hasText: what })
      .first()
      .getByRole("button", { name: /^Play / })
      .click();
    await expect(bar(page).getByRole("link").first()).toContainText(what);
    await rows.filter({ hasText: what }).first().getByRole("link").last().click();
    await expect(main().getByRole("heading", { level: 1 })).toContainText(what);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await page.goBack();
  }
  expect(await page.title()).not.toContain("broken");
});

test("passes over a track that vanished, and says so", async () => {
  await page.goto("/library/tracks");
  await rm(join(folder, "gone"), { recursive: true });
  await main().getByRole("button", { name: "Play Soon to vanish" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Soon to vanish" })).not.toHaveCount(0);
  await expect(page.locator("body")).toContainText(/passed over/, { timeout: 20_000 });
});

test("passes over what is no sound, and says so", async () => {
  await page.goto("/library/tracks");
  await main().getByRole("button", { name: "Play Nothing but noise" }).click();
  await expect(
    page.getByRole("status").filter({ hasText: "“Nothing but noise” cannot be played" }),
  ).toContainText("passed over", { timeout: 60_000 });
});

test("outlives its server, and goes on when it is back", async () => {
  await page.goto("/library/tracks");
  await main()
    .getByRole("button", { name: /^Play Endless/ })
    .click();
  await expectSound(page);
  await server.kill();
  await expectSound(page);
  await page
    .getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: "Search" })
    .click();
  await page.getByRole("searchbox").fill("song");
  await expect(main()).toContainText("The server does not answer");
  await server.begin();
  await main().getByRole("button", { name: "Try again" }).click();
  await expect(main().getByRole("grid")).toContainText("song");
  await expectSound(page);
});

test("says that the session ended, and comes back after signing in", async () => {
  await page.goto("/library/tracks");
  await main()
    .getByRole("button", { name: /^Play Endless/ })
    .click();
  await expectSound(page);
  await context.clearCookies();
  await page
    .getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: "Search" })
    .click();
  await page.getByRole("searchbox").fill("song");
  const dialog = page.getByRole("dialog", { name: "You are signed out" });
  await expect(dialog).toBeVisible();
  await expectSound(page);
  await dialog.getByRole("link", { name: "Sign in" }).click();
  await page.fill("[name=name]", OWNER);
  await page.fill("[name=password]", PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/search\?q=song$/);
  await expect(main().getByRole("grid")).toContainText("song");
});
