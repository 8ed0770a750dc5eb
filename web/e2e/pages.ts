/** Every page of the player, and what lies over them. */
import type { BrowserContext, Page } from "@playwright/test";
import { bar } from "./fixtures";

export interface Place {
  name: string;
  open: (page: Page) => Promise<void>;
}

interface Ids {
  albums: { items: { id: string }[] };
  artists: { items: { id: string }[] };
  tracks: { items: { id: string }[] };
}

/** Until what was asked for is there, and its pictures with it. */
export async function settled(page: Page): Promise<void> {
  await page.locator("main h1, main h2, dialog[open]").first().waitFor({ state: "attached" });
  await page.waitForFunction(
    () =>
      !document.querySelector("main [class*=skeleton]") &&
      [...document.images].every(({ complete, loading }) => complete || loading === "lazy"),
  );
}

const at = (name: string, path: string): Place => ({
  name,
  open: async (page) => {
    await page.goto(path);
    await settled(page);
  },
});

export async function pagesOf(context: BrowserContext): Promise<Place[]> {
  const asked = await context.request.get("/v1/search?q=clockwork&type=album,artist,track&limit=1");
  const found = (await asked.json()) as Ids;
  const album = `/album/${found.albums.items[0]?.id}`;
  const over = (name: string, act: (page: Page) => Promise<void>): Place => ({
    name,
    open: async (page) => {
      await page.goto(album);
      await page
        .locator("main header")
        .getByRole("button", { name: /^Play / })
        .click();
      await bar(page).getByRole("button", { name: "Pause", exact: true }).click();
      await act(page);
      await settled(page);
    },
  });
  const { url } = (await (
    await context.request.post("/api/philomel/v1/shares", {
      data: {
        entries: [{ kind: "album", id: found.albums.items[0]?.id }],
        description: "For the long way home.",
        downloads: true,
      },
    })
  ).json()) as { url: string };
  const shared = new URL(url).pathname;
  return [
    at("home", "/"),
    at("search", "/search"),
    at("found", "/search?q=light"),
    at("nothing-found", "/search?q=qqqxyz"),
    at("albums", "/library/albums"),
    at("artists", "/library/artists"),
    at("tracks", "/library/tracks"),
    at("genres", "/library/genres"),
    at("liked", "/library/liked"),
    at("album", album),
    at("artist", `/artist/${found.artists.items[0]?.id}`),
    at("settings", "/settings"),
    at("not-found", "/library/nowhere"),
    at("shared", shared),
    at("embedded", `${shared}/embed`),
    at("shared-nothing", "/share/nothing"),
    over("queue", (page) => bar(page).getByRole("button", { name: "Queue" }).click()),
    over("menu", (page) =>
      page.getByRole("button", { name: "More about Rust and Honey" }).first().click(),
    ),
    over("share", async (page) => {
      await page.locator("main header").getByRole("button", { name: "More" }).click();
      await page.getByRole("menuitem", { name: "Share…" }).click();
    }),
    over("full", (page) => bar(page).getByRole("button", { name: "Open the full player" }).click()),
    over("shortcuts", async (page) => {
      await page.locator("main").focus();
      await page.keyboard.press("?");
    }),
  ];
}
