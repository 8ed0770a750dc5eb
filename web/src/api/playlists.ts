/** What only pages of playlists ask: by the extension API, which knows entries by their own ids. */
import { ask } from "./client";
import type {
  Folder,
  Folders,
  ItemPage,
  ItemsChanged,
  LibraryViews,
  NewItem,
  Playlist,
  PlaylistPage,
  RulesTried,
  SmartRules,
} from "./extension";
import type { Image, Page, Playlist as ShownPlaylist, Track } from "./types";
import { webApi } from "./webapi";

const EXTENSION = "/api/philomel/v1";
const of = (id: string, rest = "") => `${EXTENSION}/playlists/${encodeURIComponent(id)}${rest}`;
const folder = (id: string, rest = "") => `${EXTENSION}/folders/${encodeURIComponent(id)}${rest}`;

const PAGE = 50;

export interface RailLists {
  lists: Playlist[];
  folders: Folder[];
  /** By a playlist's id. */
  images: Record<string, Image[]>;
}

export interface Details {
  name?: string;
  description?: string;
  public?: boolean;
  collaborative?: boolean;
}

export const playlistApi = webApi.injectEndpoints({
  endpoints: (build) => ({
    playlistDetails: build.query<Playlist, string>({
      query: (id) => ({ path: of(id) }),
      providesTags: ["Playlists"],
    }),
    /** All that the listener has, in order and in folders, with pictures. */
    railLists: build.query<RailLists, void>({
      async queryFn(_, __, ___, fetch) {
        const lists: Playlist[] = [];
        const images: RailLists["images"] = {};
        for (let total = 1; lists.length < total; ) {
          const at = { limit: PAGE, offset: lists.length };
          const [own, shown] = await Promise.all([
            fetch({ path: `${EXTENSION}/playlists`, query: at }),
            fetch({ path: "/v1/me/playlists", query: at }),
          ]);
          const error = own.error ?? shown.error;
          if (error) return { error };
          const page = own.data as PlaylistPage;
          total = page.items.length ? page.total : 0;
          lists.push(...page.items);
          for (const list of (shown.data as Page<ShownPlaylist>).items)
            images[list.id] = list.images;
        }
        const folders = await fetch({ path: `${EXTENSION}/folders` });
        if (folders.error) return { error: folders.error };
        return { data: { lists, images, folders: (folders.data as Folders).items } };
      },
      providesTags: ["Playlists"],
    }),
    visibleLibraries: build.query<LibraryViews, void>({
      query: () => ({ path: `${EXTENSION}/libraries` }),
    }),
    createSmart: build.mutation<Playlist, { name: string; rules: SmartRules }>({
      query: (body) => ({ path: `${EXTENSION}/playlists`, method: "POST", body }),
      invalidatesTags: ["Playlists"],
    }),
    changePlaylist: build.mutation<Playlist, { id: string; changes: Details }>({
      query: ({ id, changes }) => ({ path: of(id), method: "PATCH", body: changes }),
      invalidatesTags: ["Playlists"],
    }),
    deletePlaylist: build.mutation<null, string>({
      query: (id) => ({ path: of(id), method: "DELETE" }),
      invalidatesTags: (_, error) => (error ? [] : ["Playlists"]),
    }),
    /** `jpeg` as base64; empty takes the picture away. */
    setCover: build.mutation<null, { id: string; jpeg: string }>({
      query: ({ id, jpeg }) => ({ path: of(id, "/cover"), method: "PUT", body: { jpeg } }),
      invalidatesTags: ["Playlists"],
    }),
    followPlaylist: build.mutation<null, { id: string; follow: boolean }>({
      query: ({ id, follow }) => ({
        path: `/v1/playlists/${encodeURIComponent(id)}/followers`,
        method: follow ? "PUT" : "DELETE",
      }),
      invalidatesTags: ["Playlists"],
    }),
    changeRules: build.mutation<Playlist, { id: string; rules: SmartRules }>({
      query: ({ id, rules }) => ({ path: of(id, "/rules"), method: "PUT", body: { rules } }),
      invalidatesTags: ["Playlists"],
    }),
    tryRules: build.query<RulesTried, SmartRules>({
      query: (rules) => ({
        path: `${EXTENSION}/playlists/try`,
        method: "POST",
        body: { rules, limit: 0 },
      }),
      keepUnusedDataFor: 30,
    }),
    placePlaylist: build.mutation<
      null,
      { id: string; folder_id: string | null; before: string | null }
    >({
      query: ({ id, ...place }) => ({ path: of(id, "/place"), method: "PUT", body: place }),
      invalidatesTags: ["Playlists"],
    }),
    createFolder: build.mutation<Folder, { name: string; parent_id: string | null }>({
      query: (body) => ({ path: `${EXTENSION}/folders`, method: "POST", body }),
      invalidatesTags: ["Playlists"],
    }),
    renameFolder: build.mutation<Folder, { id: string; name: string }>({
      query: ({ id, name }) => ({ path: folder(id), method: "PATCH", body: { name } }),
      invalidatesTags: ["Playlists"],
    }),
    deleteFolder: build.mutation<null, string>({
      query: (id) => ({ path: folder(id), method: "DELETE" }),
      invalidatesTags: ["Playlists"],
    }),
    placeFolder: build.mutation<
      null,
      { id: string; parent_id: string | null; before: string | null }
    >({
      query: ({ id, ...place }) => ({ path: folder(id, "/place"), method: "PUT", body: place }),
      invalidatesTags: ["Playlists"],
    }),
  }),
});

export const itemPage = (id: string, offset: number, limit: number): Promise<ItemPage> =>
  ask<ItemPage>({ path: of(id, "/items"), query: { offset, limit } });

export async function tracksOf(ids: string[]): Promise<Map<string, Track>> {
  const wanted = [...new Set(ids)];
  if (!wanted.length) return new Map();
  const found = await ask<{ tracks: (Track | null)[] }>({
    path: "/v1/tracks",
    query: { ids: wanted.join(",") },
  });
  // What was merged answers under another id than it was asked by.
  return new Map(
    wanted.flatMap((id, place) => {
      const track = found.tracks[place];
      return track ? [[id, track] as const] : [];
    }),
  );
}

export const moveItems = (id: string, start: number, length: number, before: number) =>
  ask<ItemsChanged>({
    path: of(id, "/items/move"),
    method: "POST",
    body: { range_start: start, range_length: length, insert_before: before },
  });

export const removeItems = (id: string, entry_ids: string[]) =>
  ask<ItemsChanged>({ path: of(id, "/items/remove"), method: "POST", body: { entry_ids } });

export const addItems = (id: string, items: NewItem[], position: number) =>
  ask<ItemsChanged>({ path: of(id, "/items"), method: "POST", body: { items, position } });

/** Which of these tracks are in a playlist already; of its first 10,000 entries. */
export async function alreadyIn(id: string, trackIds: ReadonlySet<string>): Promise<Set<string>> {
  const [most, page] = [10_000, 500];
  const found = new Set<string>();
  for (let offset = 0, total = 1; offset < Math.min(total, most); offset += page) {
    const part = await itemPage(id, offset, page);
    total = part.total;
    for (const { track_id } of part.items)
      if (track_id && trackIds.has(track_id)) found.add(track_id);
  }
  return found;
}

export const exportPath = (id: string, format: "m3u8" | "xspf" | "jspf") =>
  `${of(id, "/export")}?format=${format}`;
