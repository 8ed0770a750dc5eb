/** Every page of the player, and what lies over them. */
import type { Page } from "@playwright/test";
import { bar, expect } from "./fixtures";

export interface Place {
  name: string;
  open: (page: Page) => Promise<void>;
  /** It is of pointers and keys: there is no such thing in a hand. */
  wide?: boolean;
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

/** Likes, and a playlist; the playlist's id. */
async function own(page: Page, tracks: { id: string }[]): Promise<string> {
  return page.evaluate(
    async (uris) => {
      const send = async (method: string, path: string, body?: object) => {
        const answer = await fetch(path, {
          method,
          headers: { "content-type": "application/json" },
          ...(body && { body: JSON.stringify(body) }),
        });
        return answer.text();
      };
      for (const uri of uris.slice(0, 3)) await send("PUT", `/v1/me/library?uris=${uri}`);
      const made = await send("POST", "/v1/me/playlists", { name: "Harbour evenings" });
      const { id } = JSON.parse(made) as { id: string };
      await send("POST", `/v1/playlists/${id}/items`, { uris });
      return id;
    },
    tracks.map(({ id }) => `spotify:track:${id}`),
  );
}

/** Stands still at a place that is always the same. */
async function rest(page: Page): Promise<void> {
  await bar(page).getByRole("button", { name: "Pause", exact: true }).click();
  await bar(page)
    .getByLabel("Place in the track")
    .evaluate((slider: HTMLInputElement) => {
      slider.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
      slider.value = "21";
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      slider.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
    });
}

export async function pagesOf(page: Page): Promise<Place[]> {
  // A server that has much to read may ask to come again.
  await expect(async () => void (await page.goto("/"))).toPass();
  const asked = await page.request.get("/v1/search?q=clockwork&type=album,artist,track&limit=6");
  const found = (await asked.json()) as Ids;
  const tracks = found.tracks.items;
  const album = `/album/${found.albums.items[0]?.id}`;
  const list = await own(page, tracks);
  const over = (name: string, act: (page: Page) => Promise<void>, wide = false): Place => ({
    name,
    wide,
    open: async (on) => {
      await on.goto(album);
      await on
        .locator("main header")
        .getByRole("button", { name: /^Play / })
        .click();
      await rest(on);
      await act(on);
      await settled(on);
    },
  });
  const { url } = (await (
    await page.request.post("/api/philomel/v1/shares", {
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
    at("labels", "/library/labels"),
    at("folders", "/library/folders"),
    at("liked", "/library/liked"),
    at("album", album),
    at("artist", `/artist/${found.artists.items[0]?.id}`),
    at("playlist", `/playlist/${list}`),
    at("downloads", "/downloads"),
    at("settings", "/settings"),
    at("libraries", "/admin"),
    at("health", "/admin/health"),
    at("people", "/admin/people"),
    at("backups", "/admin/backups"),
    at("log", "/admin/log"),
    at("not-found", "/library/nowhere"),
    at("shared", shared),
    at("embedded", `${shared}/embed`),
    at("shared-nothing", "/share/nothing"),
    over("share", async (on) => {
      await on.locator("main header").getByRole("button", { name: "More" }).click();
      await on.getByRole("menuitem", { name: "Share…" }).click();
    }),
    over("queue", (on) => bar(on).getByRole("button", { name: "Queue" }).click()),
    over(
      "menu",
      (on) => on.getByRole("button", { name: "More about Rust and Honey" }).first().click(),
      true,
    ),
    over("full", (on) => bar(on).getByRole("button", { name: "Open the full player" }).click()),
    over(
      "shortcuts",
      async (on) => {
        await on.locator("main").focus();
        await on.keyboard.press("?");
      },
      true,
    ),
  ];
}
