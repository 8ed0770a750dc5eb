/** What pages are told while the server cannot be reached: from what was downloaded. */
import { type Ask, addressOf } from "../api/client";
import { db } from "./db";
import { keepLater } from "./outbox";
import { keptPerson } from "./person";

export interface Kept {
  value: unknown;
}

const SLICE = 50;
const OWN_LIST = /^\/api\/philomel\/v1\/playlists\/([^/]+)(\/items)?$/;

/** Keeps an answer that pages need even when they show something else. */
export async function remember(asked: Ask, value: unknown): Promise<void> {
  await db.put("answers", { address: addressOf(asked), value });
}

const page = (items: unknown[], { query }: Ask) => {
  const offset = Number(query?.offset ?? 0);
  const limit = Number(query?.limit ?? SLICE);
  return {
    items: items.slice(offset, offset + limit),
    total: items.length,
    limit,
    offset,
    next: null,
    previous: null,
  };
};

const download = (key: string) => db.get("downloads", key);

async function whole(key: string, asked: Ask): Promise<Kept | undefined> {
  const kept = await download(key);
  return kept && { value: page(kept.items, asked) };
}

async function head(key: string): Promise<Kept | undefined> {
  const kept = await download(key);
  return kept && { value: kept.head };
}

async function ownList(id: string, asked: Ask, items: boolean): Promise<Kept | undefined> {
  const kept = await download(`playlist:${id}`);
  if (!kept?.details) return undefined;
  const { snapshot_id } = kept.details;
  return { value: items ? { ...page(kept.items, asked), snapshot_id } : kept.details };
}

async function songs(ids: string[]): Promise<Kept | undefined> {
  const known = new Map(
    (await db.all("downloads")).flatMap((each) => each.songs).map((song) => [song.id, song]),
  );
  return { value: { tracks: ids.map((id) => known.get(id) ?? null) } };
}

async function liked(uris: string[]): Promise<boolean[]> {
  const known = new Map<string, boolean>();
  for (const { id, saved } of await db.all("tracks")) known.set(id, saved);
  for (const { asked } of await db.all("outbox")) {
    if (asked.path !== "/v1/me/library") continue;
    for (const uri of String(asked.query?.uris).split(","))
      known.set(uri.split(":").at(-1) ?? "", asked.method === "PUT");
  }
  return uris.map((uri) => known.get(uri.split(":").at(-1) ?? "") ?? false);
}

/** The stand-in's answer; undefined if it has none. `tried`: the server may have heard it. */
export async function answer(asked: Ask, tried: boolean): Promise<Kept | undefined> {
  if ((asked.method ?? "GET") !== "GET") return keepLater(asked, tried);
  const { path } = asked;
  if (path === "/api/philomel/v1/me") {
    const person = keptPerson();
    return person ? { value: person } : undefined;
  }
  if (path === "/v1/me/library/contains")
    return { value: await liked(String(asked.query?.uris).split(",")) };
  if (path === "/v1/me/tracks") return whole("liked:", asked);
  if (path === "/v1/tracks") return songs(String(asked.query?.ids).split(","));
  const [, list, items] = OWN_LIST.exec(path) ?? [];
  if (list) return ownList(decodeURIComponent(list), asked, items !== undefined);
  const [, kind, id, part] =
    /^\/v1\/(album|playlist)s\/([^/]+)(?:\/(tracks|items))?$/.exec(path) ?? [];
  if (kind && id) {
    const key = `${kind}:${decodeURIComponent(id)}`;
    return part ? whole(key, asked) : head(key);
  }
  return db.get("answers", addressOf(asked));
}
