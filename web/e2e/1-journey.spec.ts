/** One evening of one listener, from the set-up link to signing out; each step needs those before. */
import type { BrowserContext, Page } from "@playwright/test";
import { bar, elapsed, expect, expectSound, test, watch } from "./fixtures";
import { OWNER, PASSWORD } from "./server";

test.describe.configure({ mode: "serial" });

let context: BrowserContext;
let page: Page;
let problems: string[];

test.beforeAll(async ({ philomel, browser }) => {
  context = await browser.newContext({ baseURL: philomel.url });
  problems = watch(context);
  page = await context.newPage();
});

test.afterAll(async () => {
  await context.close();
  expect(problems).toEqual([]);
});

const button = (name: string | RegExp) => bar(page).getByRole("button", { name, exact: true });
const title = () => bar(page).getByRole("link").first();
const queued = () => page.getByRole("complementary", { name: "Queue" }).locator("li button b");

test("sets up, and finds music within seconds", async ({ philomel }) => {
  await page.goto(await philomel.setUpLink());
  await page.fill("[name=name]", OWNER);
  await page.fill("[name=password]", PASSWORD);
  await page.click("form button[type=submit]");
  philomel.owned = true;
  await page.goto("/");
  await expect(page.getByRole("link", { name: "Copper Leaves" }).first()).toBeVisible();
});

test("searches at every key, and forgives a letter", async () => {
  await page.keyboard.press("/");
  const box = page.getByRole("searchbox");
  await expect(box).toBeFocused();
  await box.pressSequentially("fog sig", { delay: 20 });
  await expect(page.getByRole("grid", { name: "Songs found" })).toContainText("Fog Signals");
  await box.fill("metronone");
  await expect(page.locator("[data-results]")).toContainText("Paper Metronome");
  await box.fill("qqqqxyz");
  await expect(page.locator("[data-results]")).toContainText("Nothing called");
});

test("plays an album, and seeks", async () => {
  await page.goto("/search?q=copper leaves&kind=albums");
  await page.getByRole("link", { name: "Copper Leaves" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Copper Leaves" })).toBeVisible();
  await page.locator("main").getByRole("button", { name: "Play Copper Leaves" }).click();
  await expect(title()).toHaveText("Morning in the Mechanism");
  await expectSound(page);
  const seek = bar(page).getByLabel("Place in the track");
  await seek.press("ArrowRight");
  await seek.press("ArrowRight");
  await expect.poll(() => elapsed(page)).toBeGreaterThan(9);
  await expectSound(page);
  await button("Pause").click();
  await expect(button("Play")).toBeVisible();
});

test("queues: plays next, moves by key and by hand, takes it back", async () => {
  await page.keyboard.press("q");
  await expect(queued()).toHaveText([
    "Morning in the Mechanism",
    "Rust and Honey",
    "Seven Small Springs",
  ]);
  await page.getByRole("button", { name: "More about Seven Small Springs" }).click();
  await page.getByRole("menuitem", { name: "Play next" }).click();
  await expect(queued()).toHaveText([
    "Morning in the Mechanism",
    "Seven Small Springs",
    "Rust and Honey",
    "Seven Small Springs",
  ]);
  const entry = page.getByRole("button", { name: /^Play Rust and Honey\. Alt/ });
  await entry.press("Alt+ArrowUp");
  await expect(queued().nth(1)).toHaveText("Rust and Honey");
  const panel = page.getByRole("complementary", { name: "Queue" });
  await panel.getByRole("button", { name: "Undo" }).click();
  await expect(queued().nth(1)).toHaveText("Seven Small Springs");
  await entry.dragTo(page.getByRole("button", { name: /^Play Seven Small Springs\. Alt/ }).first());
  await expect(queued().nth(1)).toHaveText("Rust and Honey");
  await page.getByRole("button", { name: "Take Rust and Honey out" }).click();
  await expect(queued()).toHaveCount(3);
  await page.keyboard.press("q");
  await expect(panel).toBeHidden();
});

test("keeps what is liked on the server", async () => {
  const likes = async () =>
    (
      (await (await context.request.get("/v1/me/tracks")).json()).items as {
        track: { name: string };
      }[]
    ).map(({ track }) => track.name);
  await button("Add to your library").click();
  await expect(button("Remove from your library")).toBeVisible();
  await expect.poll(likes).toEqual(["Morning in the Mechanism"]);
  await page.goto("/library/liked");
  await expect(page.locator("main")).toContainText("Morning in the Mechanism");
});

test("makes a playlist of songs", async () => {
  await page.goto("/search?q=fog signals");
  await page.getByRole("button", { name: "More about Fog Signals" }).first().click();
  await page.getByRole("menuitem", { name: /Add to a playlist/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").first().fill("Harbour evenings");
  await dialog.getByRole("button", { name: "Make it" }).click();
  const rail = page.getByRole("navigation", { name: "Main" });
  await rail.getByRole("link", { name: "Harbour evenings" }).click();
  await expect(page.getByRole("grid")).toContainText("Fog Signals");
});

test("obeys keys, except while somebody types", async () => {
  await page.locator("main").focus();
  await page.keyboard.press("m");
  await expect(button("Sound on")).toBeVisible();
  await page.keyboard.press("m");
  await page.keyboard.press("r");
  await expect(button("Repeat one")).toBeVisible();
  await page.keyboard.press("r");
  await page.keyboard.press("r");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("m");
  await expect(page.getByRole("searchbox")).toHaveValue("m");
  await expect(button("Mute")).toBeVisible();
});

test("fills the screen, and shows words where there are some", async () => {
  await page.locator("main").focus();
  await page.keyboard.press("f");
  const full = page.getByRole("dialog", { name: "Player" });
  await expect(full.getByRole("heading", { level: 1 })).toHaveText("Morning in the Mechanism");
  await full.getByRole("button", { name: "Lyrics" }).click();
  await expect(full).toContainText("No words for this one");
  await page.keyboard.press("Escape");
  await expect(full).toBeHidden();
});

test("keeps queue and place over a reload", async () => {
  const before = await elapsed(page);
  await page.reload();
  await expect(title()).toHaveText("Morning in the Mechanism");
  await expect.poll(() => elapsed(page)).toBeGreaterThan(before - 6);
  await page.locator("main").focus();
  await page.keyboard.press("q");
  await expect(queued()).toHaveCount(3);
  await page.keyboard.press("q");
});

test("lets two tabs be two players", async () => {
  const other = await context.newPage();
  await other.goto("/search?q=sixteen colour sky&kind=albums");
  await other.getByRole("link", { name: "Sixteen Colour Sky" }).first().click();
  await other.locator("main").getByRole("button", { name: "Play Sixteen Colour Sky" }).click();
  await expect(bar(other).getByRole("link").first()).toHaveText("Press Start to Fly");
  await expectSound(other);
  await expect(title()).toHaveText("Morning in the Mechanism");
  await other.close();
});

test("signs out, and leaves nothing behind", async () => {
  await page.goto("/settings");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  const left = await page.evaluate(() => localStorage.getItem("philomel.queue") ?? "");
  expect(left).not.toContain("Mechanism");
  await page.goto("/library");
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  expect(page.url()).toContain("library");
});
