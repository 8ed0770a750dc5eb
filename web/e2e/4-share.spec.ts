/** What is shared is heard by strangers, and by nobody once it is over. */
import type { Page } from "@playwright/test";
import { expect, test, watch } from "./fixtures";

const place = (page: Page) => page.getByLabel("Place in the track");

async function expectHeard(page: Page): Promise<void> {
  await expect.poll(async () => Number(await place(page).inputValue())).toBeGreaterThan(0.2);
}

test("an album is shared from its menu, heard by a stranger, and taken back", async ({
  signedIn,
  browser,
}) => {
  test.setTimeout(60_000);
  const page = await signedIn.newPage();
  await page.goto("/search?q=copper leaves&kind=albums");
  await page.getByRole("link", { name: "Copper Leaves" }).first().click();
  await page.locator("main header").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Share…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("A few words").fill("Hear <b>this</b>");
  await dialog.getByRole("button", { name: "Make the link" }).click();
  await expect(dialog.getByRole("img", { name: "The link as a QR code" })).toBeVisible();
  const link = await dialog.getByLabel("Link", { exact: true }).inputValue();
  await dialog.getByText("Put it into a website").click();
  await expect(dialog.getByLabel("Code for a website")).toHaveValue(/^<iframe src="http.*\/embed"/);
  await page.keyboard.press("Escape");

  const stranger = await browser.newContext();
  const problems = watch(stranger);
  const other = await stranger.newPage();
  const beyond: string[] = [];
  other.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (!/^\/(share|assets|site)\//.test(pathname)) beyond.push(request.url());
  });
  await other.goto(link);
  await expect(other.getByRole("heading", { level: 1, name: "Copper Leaves" })).toBeVisible();
  await expect(other.getByText("Hear <b>this</b>")).toBeVisible();
  await expect(other.getByText("Shared by ada")).toBeVisible();
  await expect(other.getByRole("link", { name: /^Download/ })).toHaveCount(0);
  await other.getByRole("button", { name: "Play Copper Leaves" }).click();
  await expectHeard(other);
  await place(other).press("ArrowRight");
  await expect.poll(async () => Number(await place(other).inputValue())).toBeGreaterThan(4);
  await other.getByRole("button", { name: "Next" }).click();
  await expect(other.locator("li[aria-current]")).toContainText("Rust and Honey");
  await expectHeard(other);
  await other.goto(`${link}/embed`);
  await other.getByRole("button", { name: "Play", exact: true }).click();
  await expectHeard(other);
  expect(beyond).toEqual([]);
  expect(await stranger.cookies()).toEqual([]);

  await page.goto("/settings");
  await page.getByRole("button", { name: "Change Hear <b>this</b>" }).click();
  await dialog.getByRole("button", { name: "Stop sharing" }).click();
  await expect(page.getByText("is not shared any more")).toBeVisible();
  await other.goto(link);
  await expect(other.getByRole("heading", { name: "Not shared any more" })).toBeVisible();

  const { albums } = await (await signedIn.request.get("/v1/search?q=copper&type=album")).json();
  const made = await signedIn.request.post("/api/philomel/v1/shares", {
    data: { entries: [{ kind: "album", id: albums.items[0].id }], lasts_ms: 1 },
  });
  await other.goto((await made.json()).url);
  await expect(other.getByRole("heading", { name: "This share has ended" })).toBeVisible();
  await stranger.close();
  expect(problems).toEqual([]);
});
