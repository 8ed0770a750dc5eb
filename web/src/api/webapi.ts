/** Every request that pages make, as one RTK Query service. Types are what the doors answer. */
import { type BaseQueryFn, createApi } from "@reduxjs/toolkit/query/react";
import { type Ask, ask } from "./client";
import type { ApiError } from "./errors";
import type {
  AlbumSort,
  AlbumView,
  AlbumViews,
  ArtistInfo,
  Lyrics,
  ScanStatus,
  Server,
  User,
  WaveformView,
} from "./extension";
import type {
  Album,
  AlbumRef,
  Artist,
  Found,
  Page,
  Playlist,
  PlaylistItem,
  SavedAlbum,
  SavedTrack,
  Track,
} from "./types";

const EXTENSION = "/api/philomel/v1";

const baseQuery: BaseQueryFn<Ask, unknown, ApiError> = async (asked, { signal }) => {
  try {
    return { data: (await ask(asked, signal)) ?? null };
  } catch (cause) {
    if (typeof (cause as ApiError)?.status === "number") return { error: cause as ApiError };
    throw cause;
  }
};

export interface Asked {
  limit?: number;
  offset?: number;
}

/** Part of a list, and how long all of it is. */
export interface Listed<T> {
  items: T[];
  total: number;
}

/** An album of the extension API as the Web API has it. */
const albumRef = ({ id, name, type, artists, images, date, track_count }: AlbumView): AlbumRef => ({
  id,
  name,
  uri: `spotify:album:${id}`,
  album_type: type as AlbumRef["album_type"],
  artists: artists
    .filter(({ role }) => role === "album_artist")
    .map((by) => ({ id: by.id, name: by.name, uri: `spotify:artist:${by.id}` })),
  images: images ?? [],
  release_date: date ?? "",
  total_tracks: track_count,
});

export const webApi = createApi({
  reducerPath: "api",
  baseQuery,
  tagTypes: ["Saved", "Playlists", "Played", "Me"],
  keepUnusedDataFor: 300,
  refetchOnReconnect: true,
  endpoints: (build) => ({
    me: build.query<User, void>({
      query: () => ({ path: `${EXTENSION}/me` }),
      providesTags: ["Me"],
    }),
    server: build.query<Server, void>({ query: () => ({ path: `${EXTENSION}/server` }) }),

    albums: build.query<
      Listed<AlbumRef>,
      { sort: AlbumSort; genre?: string; label?: string } & Asked
    >({
      query: ({ limit = 20, offset = 0, ...asked }) => ({
        path: `${EXTENSION}/browse/albums`,
        query: { ...asked, limit, offset, one_edition: true },
      }),
      transformResponse: ({ items, total }: AlbumViews, _, { sort }) => ({
        items: items
          .filter(({ play_count }) => sort !== "most_played" || play_count > 0)
          .map(albumRef),
        total: total ?? items.length,
      }),
      providesTags: ["Played"],
    }),
    album: build.query<Album, string>({
      query: (id) => ({ path: `/v1/albums/${encodeURIComponent(id)}` }),
    }),
    track: build.query<Track, string>({
      query: (id) => ({ path: `/v1/tracks/${encodeURIComponent(id)}` }),
    }),
    albumTracks: build.query<Page<Track>, { id: string } & Asked>({
      query: ({ id, limit = 50, offset = 0 }) => ({
        path: `/v1/albums/${encodeURIComponent(id)}/tracks`,
        query: { limit, offset },
      }),
    }),
    artist: build.query<Artist, string>({
      query: (id) => ({ path: `/v1/artists/${encodeURIComponent(id)}` }),
    }),
    artistAlbums: build.query<Page<AlbumRef>, { id: string; groups: string } & Asked>({
      query: ({ id, groups, limit = 50, offset = 0 }) => ({
        path: `/v1/artists/${encodeURIComponent(id)}/albums`,
        query: { include_groups: groups, limit, offset },
      }),
    }),
    artistTop: build.query<{ tracks: Track[] }, string>({
      query: (id) => ({
        path: `/v1/artists/${encodeURIComponent(id)}/top-tracks`,
        query: { market: "from_token" },
      }),
    }),
    relatedArtists: build.query<{ artists: Artist[] }, string>({
      query: (id) => ({ path: `/v1/artists/${encodeURIComponent(id)}/related-artists` }),
    }),
    artistInfo: build.query<ArtistInfo, string>({
      query: (id) => ({ path: `${EXTENSION}/artists/${encodeURIComponent(id)}/info` }),
    }),
    recommendations: build.query<
      { tracks: Track[] },
      { seed_tracks?: string; seed_artists?: string; limit?: number }
    >({
      query: (query) => ({ path: "/v1/recommendations", query }),
    }),

    genres: build.query<{ genres: string[] }, void>({
      query: () => ({ path: "/v1/recommendations/available-genre-seeds" }),
    }),

    search: build.query<Found, { q: string; type: string } & Asked>({
      query: ({ q, type, limit = 10, offset = 0 }) => ({
        path: "/v1/search",
        query: { q, type, limit, offset },
      }),
      keepUnusedDataFor: 60,
    }),

    recentlyPlayed: build.query<{ items: { track: Track; played_at: string }[] }, void>({
      query: () => ({ path: "/v1/me/player/recently-played", query: { limit: 50 } }),
      providesTags: ["Played"],
    }),
    topTracks: build.query<Page<Track>, "short_term" | "medium_term" | "long_term">({
      query: (time_range) => ({ path: "/v1/me/top/tracks", query: { time_range, limit: 50 } }),
      providesTags: ["Played"],
    }),
    savedTracks: build.query<Page<SavedTrack>, Asked>({
      query: ({ limit = 50, offset = 0 }) => ({ path: "/v1/me/tracks", query: { limit, offset } }),
      providesTags: ["Saved"],
    }),
    savedAlbums: build.query<Page<SavedAlbum>, Asked>({
      query: ({ limit = 50, offset = 0 }) => ({ path: "/v1/me/albums", query: { limit, offset } }),
      providesTags: ["Saved"],
    }),
    /** Whether things are in the listener's library, in the order asked; at most 40. */
    saved: build.query<boolean[], string[]>({
      query: (uris) => ({ path: "/v1/me/library/contains", query: { uris: uris.join(",") } }),
      providesTags: ["Saved"],
    }),
    save: build.mutation<null, { uris: string[]; keep: boolean }>({
      query: ({ uris, keep }) => ({
        path: "/v1/me/library",
        method: keep ? "PUT" : "DELETE",
        query: { uris: uris.join(",") },
      }),
      invalidatesTags: ["Saved"],
    }),

    playlists: build.query<Page<Playlist>, Asked>({
      query: ({ limit = 50, offset = 0 }) => ({
        path: "/v1/me/playlists",
        query: { limit, offset },
      }),
      providesTags: ["Playlists"],
    }),
    playlist: build.query<Playlist, string>({
      query: (id) => ({ path: `/v1/playlists/${encodeURIComponent(id)}` }),
      providesTags: ["Playlists"],
    }),
    playlistItems: build.query<Page<PlaylistItem>, { id: string } & Asked>({
      query: ({ id, limit = 50, offset = 0 }) => ({
        path: `/v1/playlists/${encodeURIComponent(id)}/items`,
        query: { limit, offset },
      }),
      providesTags: ["Playlists"],
    }),
    createPlaylist: build.mutation<
      Playlist,
      { name: string; description?: string; public?: boolean }
    >({
      query: (body) => ({ path: "/v1/me/playlists", method: "POST", body }),
      invalidatesTags: ["Playlists"],
    }),
    addToPlaylist: build.mutation<{ snapshot_id: string }, { id: string; uris: string[] }>({
      query: ({ id, uris }) => ({
        path: `/v1/playlists/${encodeURIComponent(id)}/items`,
        method: "POST",
        body: { uris },
      }),
      invalidatesTags: ["Playlists"],
    }),

    lyrics: build.query<Lyrics, string>({
      query: (id) => ({ path: `${EXTENSION}/tracks/${encodeURIComponent(id)}/lyrics` }),
    }),
    scan: build.query<ScanStatus, void>({ query: () => ({ path: `${EXTENSION}/scans/current` }) }),
    waveform: build.query<WaveformView, string>({
      query: (id) => ({ path: `${EXTENSION}/tracks/${encodeURIComponent(id)}/waveform` }),
    }),
  }),
});
