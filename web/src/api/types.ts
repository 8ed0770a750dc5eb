/** What the Web API answers, as far as the player reads it. */

export interface Image {
  url: string;
  width: number | null;
  height: number | null;
}

export interface Page<T> {
  items: T[];
  total: number;
  limit: number;
  offset: number;
  next: string | null;
  previous: string | null;
}

export interface ArtistRef {
  id: string;
  name: string;
  uri: string;
}

export interface Artist extends ArtistRef {
  genres: string[];
  images: Image[];
  followers: { total: number };
  popularity: number;
}

export interface AlbumRef {
  id: string;
  name: string;
  uri: string;
  album_type: "album" | "single" | "compilation";
  artists: ArtistRef[];
  images: Image[];
  release_date: string;
  total_tracks: number;
}

export interface Track {
  id: string;
  name: string;
  uri: string;
  duration_ms: number;
  track_number: number;
  disc_number: number;
  explicit: boolean;
  artists: ArtistRef[];
  album?: AlbumRef;
  is_playable?: boolean;
  restrictions?: { reason: string };
}

export interface Album extends AlbumRef {
  tracks: Page<Track>;
  label: string;
  genres: string[];
  copyrights: { text: string; type: string }[];
}

export interface Playlist {
  id: string;
  name: string;
  uri: string;
  description: string | null;
  public: boolean | null;
  collaborative: boolean;
  images: Image[];
  snapshot_id: string;
  owner: { id: string; display_name: string | null };
  tracks: { total: number };
}

export interface SavedTrack {
  added_at: string;
  track: Track;
}

export interface SavedAlbum {
  added_at: string;
  album: Album;
}

export interface PlaylistItem {
  added_at: string;
  added_by: { id: string } | null;
  is_local: boolean;
  /** Null where the listener may not see it, or its file has not come yet. */
  track: Track | null;
}

export interface Found {
  tracks?: Page<Track>;
  albums?: Page<AlbumRef>;
  artists?: Page<Artist>;
  playlists?: Page<Playlist>;
}
