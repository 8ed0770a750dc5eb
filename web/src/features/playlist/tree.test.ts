import { expect, it } from "vitest";
import type { Folder, Playlist } from "../../api/extension";
import { type Branch, liesIn, treeOf } from "./tree";

const folder = (id: string, parent_id: string | null = null): Folder => ({
  id,
  name: id,
  parent_id,
});
const list = (id: string, folder_id: string | null = null) => ({ id, folder_id }) as Playlist;
const shape = ({ folder: own, folders, lists }: Branch): unknown => [
  own?.id ?? "",
  ...folders.map(shape),
  ...lists.map(({ id }) => id),
];

it("keeps the order, and what lies in a folder that is gone", () => {
  const folders = [folder("b"), folder("a"), folder("c", "b")];
  const lists = [list("3"), list("1", "c"), list("2", "gone"), list("4", "a")];
  expect(shape(treeOf(folders, lists))).toEqual(["", ["b", ["c", "1"]], ["a", "4"], "3", "2"]);
});

it("knows what lies in what", () => {
  const folders = [folder("a"), folder("b", "a"), folder("c", "b"), folder("d")];
  expect(liesIn(folders, "c", "a")).toBe(true);
  expect(liesIn(folders, "a", "a")).toBe(true);
  expect(liesIn(folders, "d", "a")).toBe(false);
  expect(liesIn(folders, null, "a")).toBe(false);
});
