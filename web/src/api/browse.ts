/** Ways through the library that only its own pages need; not in the first load. */
import type { QueueTrack } from "../player/queue";
import type {
  ArtistViews,
  FolderViews,
  LabelPage,
  Letters,
  LibraryViews,
  TrackSort,
  TrackView,
  TrackViews,
} from "./extension";
import type { Image } from "./types";
import { type Asked, type Listed, webApi } from "./webapi";

const EXTENSION = "/api/philomel/v1";

/** A track with what a table can show of it. */
export interface TableTrack extends QueueTrack {
  addedAt: number;
  plays: number;
  date: string;
  genres: string[];
  bpm: number | null;
}

export interface ArtistEntry {
  id: string;
  name: string;
  images: Image[];
}

export const tableTrack = (view: TrackView): TableTrack => ({
  id: view.id,
  name: view.title,
  uri: `spotify:track:${view.id}`,
  duration_ms: view.duration_ms,
  artists: view.credits
    .filter(({ role }) => role === "artist")
    .map(({ id, name }) => ({ id, name })),
  album: view.album_id
    ? { id: view.album_id, name: view.album ?? "", cover: view.images?.at(-1)?.url ?? null }
    : null,
  explicit: view.explicit ?? false,
  addedAt: view.added_at ?? 0,
  plays: view.play_count,
  date: view.date ?? "",
  genres: view.genres ?? [],
  bpm: view.bpm ?? null,
});

export interface FolderPart {
  folders: { path: string; name: string }[];
  tracks: TableTrack[];
  above: string | null;
  next: string | null;
}

export const browseApi = webApi.injectEndpoints({
  endpoints: (build) => ({
    artists: build.query<Listed<ArtistEntry>, Asked>({
      query: ({ limit = 50, offset = 0 }) => ({
        path: `${EXTENSION}/browse/artists`,
        query: { limit, offset },
      }),
      transformResponse: ({ items, total }: ArtistViews) => ({
        items: items.map(({ id, name, images }) => ({ id, name, images: images ?? [] })),
        total: total ?? items.length,
      }),
    }),
    tracks: build.query<Listed<TableTrack>, { sort: TrackSort; reverse: boolean } & Asked>({
      query: ({ limit = 50, offset = 0, ...asked }) => ({
        path: `${EXTENSION}/browse/tracks`,
        query: { ...asked, limit, offset },
      }),
      transformResponse: ({ items, total }: TrackViews) => ({
        items: items.map(tableTrack),
        total: total ?? items.length,
      }),
    }),
    letters: build.query<
      Letters,
      { of: "albums" | "artists"; one_edition?: boolean; genre?: string; label?: string }
    >({
      query: (query) => ({ path: `${EXTENSION}/browse/letters`, query }),
    }),
    labels: build.query<LabelPage, { cursor?: string }>({
      query: (query) => ({ path: `${EXTENSION}/browse/labels`, query: { ...query, limit: 200 } }),
    }),
    folder: build.query<FolderPart, { library: string; path: string; cursor?: string }>({
      query: (query) => ({ path: `${EXTENSION}/browse/folders`, query: { ...query, limit: 200 } }),
      transformResponse: ({ folders, tracks, above, next }: FolderViews) => ({
        folders,
        tracks: tracks.map(tableTrack),
        above,
        next,
      }),
    }),
    shelves: build.query<LibraryViews, void>({ query: () => ({ path: `${EXTENSION}/libraries` }) }),
  }),
});
