/** The listener's playlists in their folders, in the order that the server keeps. */
import type { Folder, Playlist } from "../../api/extension";

export interface Branch {
  /** Null at the top. */
  folder: Folder | null;
  folders: Branch[];
  lists: Playlist[];
}

export function treeOf(folders: readonly Folder[], lists: readonly Playlist[]): Branch {
  const known = new Set(folders.map(({ id }) => id));
  const home = (id: string | null | undefined) => (id && known.has(id) ? id : null);
  const branch = (folder: Folder | null, above: ReadonlySet<string>): Branch => ({
    folder,
    folders: folders
      .filter(({ id, parent_id }) => home(parent_id) === (folder?.id ?? null) && !above.has(id))
      .map((each) => branch(each, new Set([...above, each.id]))),
    lists: lists.filter(({ folder_id }) => home(folder_id) === (folder?.id ?? null)),
  });
  return branch(null, new Set());
}

/** Whether a folder lies in another, or is it. */
export function liesIn(folders: readonly Folder[], id: string | null, above: string): boolean {
  const seen = new Set<string>();
  for (let now = id; now && !seen.has(now); ) {
    if (now === above) return true;
    seen.add(now);
    now = folders.find((folder) => folder.id === now)?.parent_id ?? null;
  }
  return false;
}
