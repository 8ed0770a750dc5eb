/** Without the server, without room, on a line that hardly carries, with a clock that is wrong. */
import type { BrowserContext, Page } from "@playwright/test";
import { bar, elapsed, expect, expectSound, test, watch } from "./fixtures";
import { OWNER, PASSWORD, Philomel, sampler } from "./server";

test.describe.configure({ mode: "serial" });

let server: Philomel;
let context: BrowserContext;
let page: Page;
let problems: string[];

test.beforeAll(async ({ browser }) => {
  server = await Philomel.start("--sampler", await sampler());
  context = await server.signedIn(browser);
  problems = watch(context);
  page = await context.newPage();
  await page.goto("/");
  await expect(page.getByRole("link", { name: "Copper Leaves" }).first()).toBeVisible();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
});

test.afterAll(async () => {
  await context?.close();
  await server?.stop();
  expect(problems).toEqual([]);
});

const main = () => page.locator("main");
const told = () => page.locator("body");
const button = (name: string) => bar(page).getByRole("button", { name, exact: true });

async function openAlbum(name: string, on = page): Promise<void> {
  await on.goto(`/search?q=${name}&kind=albums`);
  await on.getByRole("link", { name }).first().click();
  await expect(on.getByRole("heading", { level: 1, name })).toBeVisible();
}

async function playFromHome(on: Page): Promise<void> {
  await on.getByRole("link", { name: "Copper Leaves" }).first().click();
  await expect(on.getByRole("heading", { level: 1, name: "Copper Leaves" })).toBeVisible();
  await on.locator("main").getByRole("button", { name: "Play Copper Leaves" }).click();
  await expectSound(on);
}

async function download(name: string): Promise<void> {
  await openAlbum(name);
  await main().getByRole("button", { name: "Download", exact: true }).click();
}

interface Items<T> {
  items: T[];
}

test("keeps an album, hears it without the server, and sends once what was changed", async () => {
  const list = await page.evaluate(async () => {
    const made = await fetch("/v1/me/playlists", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Island songs" }),
    });
    return (await made.json()).id as string;
  });
  await download("Copper Leaves");
  await expect(main().getByRole("button", { name: "Downloaded" })).toBeVisible();

  await server.kill();
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Copper Leaves" })).toBeVisible();
  await expect(told()).toContainText("The server cannot be reached");
  await main().getByRole("button", { name: "Play Copper Leaves" }).click();
  await expectSound(page);
  const seek = bar(page).getByLabel("Place in the track");
  await seek.press("ArrowRight");
  await seek.press("ArrowRight");
  await expect.poll(() => elapsed(page)).toBeGreaterThan(9);
  await expectSound(page);

  await button("Add to your library").click();
  await expect(button("Remove from your library")).toBeVisible();
  await page.getByRole("button", { name: "More about Rust and Honey" }).first().click();
  await page.getByRole("menuitem", { name: /Add to a playlist/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Island songs" }).click();
  await expect(told()).toContainText("2 changes wait for it");

  await server.begin();
  await context.setOffline(false);
  await expect(told()).not.toContainText("The server cannot be reached");
  const names = async <T>(path: string, nameOf: (item: T) => string) =>
    ((await (await context.request.get(path)).json()) as Items<T>).items.map(nameOf);
  const liked = () =>
    names<{ track: { name: string } }>("/v1/me/tracks", ({ track }) => track.name);
  const listed = () =>
    names<{ track: { name: string } }>(`/v1/playlists/${list}/items`, ({ track }) => track.name);
  await expect.poll(liked).toEqual(["Morning in the Mechanism"]);
  await expect.poll(listed).toEqual(["Rust and Honey"]);
  await page.reload();
  await expect(button("Remove from your library")).toBeVisible();
  expect(await listed()).toEqual(["Rust and Honey"]);
  expect(await liked()).toEqual(["Morning in the Mechanism"]);
});

test("says that there is no room, and goes on when there is", async () => {
  const session = await context.newCDPSession(page);
  const { usage } = await session.send("Storage.getUsageAndQuota", { origin: server.url });
  await session.send("Storage.overrideQuotaForOrigin", {
    origin: server.url,
    quotaSize: usage + 20_000,
  });
  await download("Sixteen Colour Sky");
  await page.goto("/downloads");
  await expect(main()).toContainText("There is no room left");
  await session.send("Storage.overrideQuotaForOrigin", { origin: server.url });
  await main().getByRole("button", { name: "Go on" }).click();
  await expect(main().getByRole("progressbar")).toHaveCount(0);
  await expect(main()).not.toContainText("There is no room left");
});

for (const year of [2001, 2061]) {
  test(`plays where the clock says ${year}`, async () => {
    const other = await context.newPage();
    await other.clock.setFixedTime(new Date(`${year}-03-01T12:00:00Z`));
    await openAlbum("Slow Harbours", other);
    await other.locator("main").getByRole("button", { name: "Play Slow Harbours" }).click();
    await expectSound(other);
    await other.close();
  });
}

test("plays on a slow line", async ({ browser }) => {
  const slow = await server.signedIn(browser, { serviceWorkers: "block" });
  const other = await slow.newPage();
  const session = await slow.newCDPSession(other);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 400,
    downloadThroughput: 50_000,
    uploadThroughput: 50_000,
  });
  await other.goto("/");
  await playFromHome(other);
  await slow.close();
});

test("says what is missing over plain http in a local network", async ({ browser }) => {
  const lan = await browser.newContext({ baseURL: server.url.replace("127.0.0.1", "music.test") });
  const other = await lan.newPage();
  await other.goto("/sign-in");
  await other.fill("[name=name]", OWNER);
  await other.fill("[name=password]", PASSWORD);
  await other.click("form button[type=submit]");
  await playFromHome(other);
  const here = other.locator("main");
  await here.getByRole("button", { name: "Download", exact: true }).click();
  await expect(here).toContainText("Not over plain http");
  await expect(here).toContainText("music.test");
  expect(await other.evaluate(() => isSecureContext)).toBe(false);
  await lan.close();
});
