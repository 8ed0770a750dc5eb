/** What the server writes into the page (`ShareView` of the share door). */
export interface SharedTrack {
  id: string;
  title: string;
  artists: string;
  album: string;
  album_id: string;
  duration_ms: number;
  /** An address; "" without a picture. */
  cover: string;
}

export interface Share {
  kind: "track" | "album" | "playlist" | "tracks";
  /** "" for a choice of songs without a name of its own. */
  title: string;
  by: string;
  year: string;
  note: string;
  /** "" if they do not say. */
  shared_by: string;
  expires_at: number | null;
  address: string;
  /** Where everything of it lies, from the host's root. */
  above: string;
  cover: string;
  small: string;
  downloads: boolean;
  tracks: SharedTrack[];
}

/** Why nothing is shown. */
export type Nothing = "unknown" | "ended" | "withdrawn" | "busy";
