/** Tags as people write them into fields, and as the server takes them. */
import type { TagEdit, TagField, TagFields, TaggedTrack } from "../../api/extension";

export const FIELDS = [
  "title",
  "artists",
  "album",
  "album_artists",
  "genres",
  "date",
  "track_number",
  "track_total",
  "disc_number",
  "disc_total",
] as const satisfies readonly TagField[];

const SEVERAL: ReadonlySet<TagField> = new Set(["artists", "album_artists", "genres"]);

export type Texts = Record<TagField, string>;

/** Several values stand in one field, with semicolons between them. */
export function textsOf(fields: TagFields): Texts {
  const texts = {} as Texts;
  for (const field of FIELDS) {
    const value = fields[field];
    texts[field] = Array.isArray(value) ? value.join("; ") : value ? String(value) : "";
  }
  return texts;
}

/** What all of them say; `null` where they differ. */
export function shared(tracks: readonly TaggedTrack[]): Record<TagField, string | null> {
  const all = tracks.map(({ fields }) => textsOf(fields));
  const found = {} as Record<TagField, string | null>;
  for (const field of FIELDS) {
    const values = new Set(all.map((each) => each[field]));
    found[field] = values.size === 1 ? ([...values][0] ?? "") : null;
  }
  return found;
}

export function valuesOf(field: TagField, text: string): string[] {
  const parts = SEVERAL.has(field) ? text.split(";") : [text];
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** Only what was written, and says something else than the file. */
export function editsFor(track: TaggedTrack, written: Partial<Texts>): TagEdit[] {
  const before = textsOf(track.fields);
  return FIELDS.flatMap((field) => {
    const text = written[field];
    if (text === undefined) return [];
    const values = valuesOf(field, text);
    if (values.join("; ") === before[field]) return [];
    return [{ field, values }];
  });
}
