/** Fetches albums, playlists and liked songs whole, one track after the other. */
import { at } from "../api/base";
import { ask } from "../api/client";
import type { ApiError } from "../api/errors";
import type { Item, Playlist as ListDetails } from "../api/extension";
import { tracksOf } from "../api/playlists";
import type { Album, Image, Page, Playlist, SavedTrack, Track } from "../api/types";
import type { Store } from "../app/store";
import type { Playback, PlaybackFile } from "../engine/types";
import { db, dropDatabase, type KeptDownload } from "./db";
import { keptPerson } from "./person";
import { type Download, isHere, type Kind, offline } from "./state";

const LOCK = "philomel.downloads";
const SOUND = "philomel-sound";
const PICTURES = "philomel-pictures";
const LARGEST = 700;
const PAGE = 50;

const place = (trackId: string) => at(`/offline/${keptPerson()?.id}/${trackId}`);
const stateOf = (store: Store) => store.getState().offline;
const shown = ({ head, details, items, songs, ...rest }: KeptDownload): Download => rest;

export async function load(store: Store): Promise<void> {
  const [lists, tracks, waiting] = await Promise.all([
    db.all("downloads"),
    db.all("tracks"),
    db.count("outbox"),
  ]);
  store.dispatch(
    offline.told({
      downloads: lists.sort((a, b) => a.addedAt - b.addedAt).map(shown),
      tracks: Object.fromEntries(tracks.map(({ id, bytes }) => [id, bytes])),
      waiting,
    }),
  );
  await measure(store);
}

export async function measure(store: Store): Promise<void> {
  if (!navigator.storage?.estimate) return;
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const persisted = (await navigator.storage.persisted?.()) ?? false;
  store.dispatch(offline.told({ room: { used: usage, quota, persisted } }));
}

export const playback = async (trackId: string): Promise<Playback | undefined> =>
  (await db.get("tracks", trackId))?.playback;

async function everything<T>(path: string, first?: { items: T[]; total: number }): Promise<T[]> {
  const items: T[] = [...(first?.items ?? [])];
  for (let total = first?.total ?? 1; items.length < total; ) {
    const page = await ask<Page<T>>({ path, query: { limit: PAGE, offset: items.length } });
    total = page.total;
    if (!page.items.length) break;
    items.push(...page.items);
  }
  return items;
}

async function tracksIn(items: Item[]): Promise<Map<string, Track>> {
  const ids = items.flatMap(({ track_id }) => track_id ?? []);
  const found = new Map<string, Track>();
  for (let first = 0; first < ids.length; first += PAGE)
    for (const [id, track] of await tracksOf(ids.slice(first, first + PAGE))) found.set(id, track);
  return found;
}

interface Content {
  head: unknown;
  details?: ListDetails;
  items: unknown[];
  tracks: Track[];
  name: string;
  note: string;
  images: Image[];
}

async function fetchContent(kind: Kind, id: string, name: string): Promise<Content> {
  if (kind === "liked") {
    const items = await everything<SavedTrack>("/v1/me/tracks");
    return {
      head: null,
      items,
      tracks: items.map(({ track }) => track),
      name,
      note: "",
      images: [],
    };
  }
  const path = `/v1/${kind}s/${encodeURIComponent(id)}`;
  if (kind === "album") {
    const head = await ask<Album>({ path });
    const tracks = await everything(`${path}/tracks`, head.tracks);
    const note = head.artists.map((artist) => artist.name).join(", ");
    return { head, items: tracks, tracks, name: head.name, note, images: head.images };
  }
  const head = await ask<Playlist>({ path });
  const own = `/api/philomel/v1/playlists/${encodeURIComponent(id)}`;
  const details = await ask<ListDetails>({ path: own });
  const items = await everything<Item>(`${own}/items`);
  const known = await tracksIn(items);
  const tracks = items.flatMap(({ track_id }) => known.get(track_id ?? "") ?? []);
  const note = head.owner.display_name ?? "";
  return { head, details, items, tracks, name: head.name, note, images: head.images };
}

/** Downloads something, or looks what has changed in it since. */
export async function add(store: Store, kind: Kind, id: string, name: string): Promise<void> {
  const { tracks, images, ...content } = await fetchContent(kind, id, name);
  const key = `${kind}:${id}`;
  const before = stateOf(store).downloads.find((each) => each.key === key);
  const kept: KeptDownload = {
    ...content,
    key,
    kind,
    id,
    cover: images.at(-1)?.url ?? null,
    songs: kind === "playlist" ? tracks : [],
    tracks: [...new Set(tracks.map((track) => track.id))],
    addedAt: before?.addedAt ?? Date.now(),
  };
  await db.put("downloads", kept);
  const others = stateOf(store).downloads.filter((each) => each.key !== key);
  store.dispatch(
    offline.told({
      downloads: [...others, shown(kept)].sort((a, b) => a.addedAt - b.addedAt),
      paused: false,
      trouble: null,
    }),
  );
  await navigator.storage.persist?.();
  const small = tracks.flatMap(({ album }) => album?.images.at(-1) ?? []);
  void keepPictures([...images.filter(({ width }) => (width ?? 0) <= LARGEST), ...small]);
  await sweep(store);
  await goOn(store);
}

async function keepPictures(images: Image[]): Promise<void> {
  const cache = await caches.open(PICTURES);
  for (const url of new Set(images.map((image) => image.url))) {
    const { pathname, origin } = new URL(url, location.href);
    if (origin !== location.origin || (await cache.match(pathname))) continue;
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) await cache.put(pathname, answer);
  }
}

let coming: AbortController | null = null;

export function pause(store: Store): void {
  store.dispatch(offline.told({ paused: true, coming: null }));
  coming?.abort();
}

export async function resume(store: Store): Promise<void> {
  store.dispatch(offline.told({ paused: false, trouble: null }));
  await goOn(store);
}

/** Goes on with what is not here yet, if no other tab does. */
export async function goOn(store: Store): Promise<void> {
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    while (lock) {
      const now = stateOf(store);
      const id = now.downloads
        .flatMap(({ tracks }) => tracks)
        .find((each) => !(each in now.tracks));
      if (!id || now.paused || now.away) break;
      coming = new AbortController();
      try {
        store.dispatch(offline.trackTold([id, await fetchTrack(store, id, coming.signal)]));
      } catch (cause) {
        if (coming.signal.aborted) continue;
        if ((cause as Error).name === "QuotaExceededError")
          store.dispatch(offline.told({ paused: true, trouble: "full" }));
        else if ((cause as ApiError).status >= 400 && (cause as ApiError).status < 500)
          store.dispatch(offline.trackTold([id, -1]));
        else break;
      } finally {
        store.dispatch(offline.told({ coming: null }));
      }
      await measure(store);
    }
  });
}

const audio = new Audio();
const plays = ({ content_type, codec }: PlaybackFile) =>
  codec !== "alac" && audio.canPlayType(content_type) !== "";

async function fetchTrack(store: Store, id: string, signal: AbortSignal): Promise<number> {
  const path = `/api/philomel/v1/tracks/${encodeURIComponent(id)}/playback`;
  const told = await ask<Playback>({ path }, signal);
  const file = told.files.find((each) => !each.adaptive && plays(each)) ?? told.files[0];
  if (!file) throw { status: 404, message: "" } satisfies ApiError;
  const answer = await fetch(file.path, { signal });
  if (!answer.ok || !answer.body) throw { status: answer.status, message: "" } satisfies ApiError;
  const total = Number(answer.headers.get("content-length"));
  let got = 0;
  let shownAt = 0;
  const counted = answer.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, stream) {
        got += chunk.length;
        if (got - shownAt > 262_144) {
          shownAt = got;
          store.dispatch(offline.told({ coming: { id, got, total } }));
        }
        stream.enqueue(chunk);
      },
    }),
  );
  store.dispatch(offline.told({ coming: { id, got, total } }));
  const cache = await caches.open(SOUND);
  const headers = { "content-type": file.content_type, "accept-ranges": "bytes" };
  await cache.put(place(id), new Response(counted, { headers }));
  const [saved = false] = await ask<boolean[]>({
    path: "/v1/me/library/contains",
    query: { uris: `spotify:track:${id}` },
  });
  const kept: Playback = {
    ...told,
    hls: "",
    hls_aac: "",
    hls_opus: "",
    expires_at: Number.MAX_SAFE_INTEGER,
    files: [{ ...file, path: place(id) }],
  };
  await db.put("tracks", { id, bytes: got, saved, playback: kept });
  return got;
}

/** Lets go of tracks that no download holds any more. */
async function sweep(store: Store): Promise<void> {
  const now = stateOf(store);
  const held = new Set(now.downloads.flatMap(({ tracks }) => tracks));
  const cache = await caches.open(SOUND);
  for (const id of Object.keys(now.tracks).filter((each) => !held.has(each))) {
    await db.remove("tracks", id);
    await cache.delete(place(id));
  }
  const left = Object.entries(now.tracks).filter(([id]) => held.has(id));
  store.dispatch(offline.told({ tracks: Object.fromEntries(left) }));
  await measure(store);
}

export async function remove(store: Store, key: string): Promise<void> {
  await db.remove("downloads", key);
  const now = stateOf(store);
  const left = now.downloads.filter((each) => each.key !== key);
  store.dispatch(offline.told({ downloads: left }));
  if (now.coming && !left.some(({ tracks }) => tracks.includes(now.coming?.id ?? "")))
    coming?.abort();
  await sweep(store);
}

/** Everything of this listener leaves the browser. */
export async function removeAll(person: string): Promise<void> {
  coming?.abort();
  await dropDatabase(person);
  if (!("caches" in globalThis)) return;
  const cache = await caches.open(SOUND);
  for (const request of await cache.keys())
    if (request.url.includes(`/offline/${person}/`)) await cache.delete(request);
}

export const isWhole = (state: ReturnType<typeof stateOf>, { tracks }: Download): boolean =>
  tracks.every((id) => isHere(state, id) || state.tracks[id] === -1);
