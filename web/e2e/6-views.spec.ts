/** Views of the library, and what the player can be told. */
import { bar, elapsed, expect, test } from "./fixtures";

test("the sound panel: by key, to the end of the song and on", async ({ signedIn }) => {
  const page = await signedIn.newPage();
  const found = await signedIn.request.get("/v1/search?q=clockwork&type=album&limit=1");
  const { albums } = (await found.json()) as { albums: { items: { id: string }[] } };
  await page.goto(`/album/${albums.items[0]?.id}`);
  await page
    .locator("main header")
    .getByRole("button", { name: /^Play / })
    .click();
  await expect.poll(() => elapsed(page)).toBeGreaterThan(0);
  await page.keyboard.press("e");
  const panel = page.getByRole("dialog", { name: "Sound" });
  await panel.getByRole("button", { name: "End of the song" }).click();
  await panel.getByLabel("Speed").press("End");
  await panel.getByLabel("Ready-made settings").selectOption("rock");
  await expect(panel.getByRole("switch", { name: "Equaliser" })).toBeChecked();
  await panel.getByLabel("31 hertz").press("ArrowUp");
  await expect(panel.getByLabel("31 hertz")).toHaveValue("4.5");
  await expect(panel.getByLabel("Ready-made settings")).toHaveValue("");
  await page.keyboard.press("Escape");
  await expect(panel).toHaveCount(0);

  await bar(page).getByLabel("Place in the track").focus();
  for (let press = 0; press < 5; press += 1) await page.keyboard.press("PageUp");
  await expect(bar(page).getByRole("link", { name: "Morning in the Mechanism" })).toBeVisible();
  await expect(bar(page).getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await bar(page).getByRole("button", { name: "Play", exact: true }).click();
  await expect(bar(page).getByRole("link", { name: "Rust and Honey" })).toBeVisible();
  await page.reload();
  await bar(page).getByRole("button", { name: "Sound" }).click();
  await expect(panel.getByLabel("Speed")).toHaveValue("2");
  await expect(panel.getByLabel("31 hertz")).toHaveValue("4.5");
  await panel.getByRole("button", { name: "1.0×" }).click();
});

test("songs by their columns, folders, and albums in one answer", async ({ signedIn }) => {
  const page = await signedIn.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto("/library/tracks");
  const titles = page
    .getByRole("grid", { name: "All songs" })
    .getByRole("button", { name: /^Play / });
  await page.getByRole("button", { name: "Sort by Length" }).click();
  await expect(titles.first()).toHaveAccessibleName("Play Seven Small Springs");
  await page.getByRole("button", { name: "By Length, upwards" }).click();
  await expect(titles.first()).not.toHaveAccessibleName("Play Seven Small Springs");
  const longest = await titles.first().getAttribute("aria-label");
  await page.getByRole("button", { name: "Choose columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Genre" }).click();
  await page.reload();
  await expect(page.getByRole("toolbar").getByText("Genre")).toBeVisible();
  await expect(titles.first()).toHaveAccessibleName(longest ?? "");

  await page.getByRole("link", { name: "Folders" }).click();
  await page.getByRole("list", { name: "Folders" }).getByRole("link").first().click();
  await page.getByRole("list", { name: "Folders" }).getByRole("link").first().click();
  await expect(page.getByRole("grid", { name: "Songs in this folder" })).toBeVisible();
  await page.getByRole("link", { name: "Albums", exact: true }).click();
  await expect(page.getByRole("link", { name: "Copper Leaves" })).toBeVisible();
  expect(asked.filter((path) => path === "/v1/albums" || path === "/v1/tracks")).toEqual([]);
});
