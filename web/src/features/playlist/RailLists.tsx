import { t } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import {
  type CSSProperties,
  type KeyboardEvent,
  lazy,
  type MouseEvent,
  type ReactNode,
  Suspense,
  useState,
} from "react";
import { NavLink, useNavigate } from "react-router";
import type { Folder, Playlist } from "../../api/extension";
import { playlistApi, type RailLists } from "../../api/playlists";
import { webApi } from "../../api/webapi";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { type Dragged, drag, useDrop } from "../../design/drag";
import { Icon } from "../../design/icons";
import { IconButton } from "../../design/parts/Button";
import { Cover, pick } from "../../design/parts/Cover";
import { Menu, type MenuItem, type Spot, spotOf } from "../../design/parts/Menu";
import railStyles from "../../shell/Rail.module.css";
import { useAddToPlaylist } from "./adding";
import styles from "./RailLists.module.css";
import { type Branch, liesIn, treeOf } from "./tree";

const FolderDialog = lazy(() => import("./FolderDialog"));
const SmartDialog = lazy(() => import("./SmartDialog"));

const CLOSED = "philomel.folders";

const closedFolders = (): string[] => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(CLOSED) ?? "[]");
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
};

type Asked =
  | { kind: "name"; folder: Folder | null; parent: string | null }
  | { kind: "move"; list?: Playlist; folder?: Folder }
  | { kind: "smart" };

type Mark = "into" | "above" | "below" | null;

/** The listener's own lists in their folders: drag, or Alt with arrows, puts them in order. */
export default function OwnLists() {
  const { t } = useLingui();
  const send = useSend();
  const go = useNavigate();
  const { data } = playlistApi.useRailListsQuery();
  const { data: me } = webApi.useMeQuery();
  const [create] = webApi.useCreatePlaylistMutation();
  const [placeList] = playlistApi.usePlacePlaylistMutation();
  const [placeFolder] = playlistApi.usePlaceFolderMutation();
  const [deleteFolder] = playlistApi.useDeleteFolderMutation();
  const [menu, setMenu] = useState<{ at: Spot; items: MenuItem[] } | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [closed, setClosed] = useState(closedFolders);
  const [said, setSaid] = useState("");
  const adding = useAddToPlaylist();

  const failed = () => send(notices.told(t`That could not be moved. Try again.`, { tone: "bad" }));
  const putList = (id: string, folder_id: string | null, before: string | null) =>
    placeList({ id, folder_id, before }).unwrap().catch(failed);
  const putFolder = (id: string, parent_id: string | null, before: string | null) =>
    placeFolder({ id, parent_id, before }).unwrap().catch(failed);
  const make = async (folder: string | null = null) => {
    const made = await create({ name: t`New playlist`, public: false }).unwrap();
    if (folder) await putList(made.id, folder, null);
    await go(`/playlist/${made.id}`);
  };
  const flip = (id: string) => {
    const next = closed.includes(id) ? closed.filter((each) => each !== id) : [...closed, id];
    setClosed(next);
    localStorage.setItem(CLOSED, JSON.stringify(next));
  };
  const show = (event: MouseEvent<HTMLElement>, items: MenuItem[]) => {
    event.preventDefault();
    setMenu({ at: spotOf(event), items });
  };
  const opened = { data, me: me?.id, closed, flip, show, setAsked, setSaid };
  const acts: Acts = {
    ...opened,
    putList,
    putFolder,
    make,
    removeFolder: (id) => void deleteFolder(id),
    add: adding.put,
  };
  return (
    <>
      <section className={railStyles.lists} aria-labelledby="rail-lists">
        <header>
          <h2 id="rail-lists">
            <Trans>Playlists</Trans>
          </h2>
          <IconButton
            icon="plus"
            label={t`New playlist`}
            size={18}
            aria-haspopup="menu"
            onClick={(event) =>
              show(event, [
                { label: t`New playlist`, icon: "note", act: () => make() },
                {
                  label: t`New smart playlist`,
                  icon: "rules",
                  act: () => setAsked({ kind: "smart" }),
                },
                {
                  label: t`New folder`,
                  icon: "folder",
                  act: () => setAsked({ kind: "name", folder: null, parent: null }),
                },
              ])
            }
          />
        </header>
        <ul>
          <li>
            <NavLink to="/library/liked" className={railStyles.list} draggable={false}>
              <span className={railStyles.liked}>
                <Icon name="heart" size={18} filled />
              </span>
              <b>
                <Trans>Liked songs</Trans>
              </b>
            </NavLink>
          </li>
          {data && <Level branch={treeOf(data.folders, data.lists)} depth={0} acts={acts} />}
        </ul>
        <span className="unseen" role="status">
          {said}
        </span>
      </section>
      {menu && (
        <Menu
          at={menu.at}
          items={menu.items}
          label={t`What to do with this`}
          onClose={() => setMenu(null)}
        />
      )}
      <Suspense fallback={null}>
        {asked?.kind === "smart" && <SmartDialog onClose={() => setAsked(null)} />}
        {asked && asked.kind !== "smart" && (
          <FolderDialog
            asked={asked}
            folders={data?.folders ?? []}
            onClose={() => setAsked(null)}
            onPlace={(parent) => {
              if (asked.kind !== "move") return;
              if (asked.list) void putList(asked.list.id, parent, null);
              if (asked.folder) void putFolder(asked.folder.id, parent, null);
            }}
          />
        )}
      </Suspense>
      {adding.dialog}
    </>
  );
}

interface Acts {
  data: RailLists | undefined;
  me: string | undefined;
  closed: string[];
  flip: (id: string) => void;
  show: (event: MouseEvent<HTMLElement>, items: MenuItem[]) => void;
  setAsked: (asked: Asked) => void;
  setSaid: (text: string) => void;
  putList: (id: string, folder: string | null, before: string | null) => unknown;
  putFolder: (id: string, parent: string | null, before: string | null) => unknown;
  make: (folder?: string | null) => Promise<void>;
  removeFolder: (id: string) => void;
  add: (id: string, called: string, uris: string[]) => unknown;
}

function Level({ branch, depth, acts }: { branch: Branch; depth: number; acts: Acts }): ReactNode {
  const { folders, lists } = branch;
  return (
    <>
      {folders.map((each, place) => (
        <FolderRow
          key={each.folder?.id}
          branch={each}
          siblings={folders.flatMap(({ folder }) => folder?.id ?? [])}
          place={place}
          depth={depth}
          acts={acts}
        />
      ))}
      {lists.map((list, place) => (
        <ListRow
          key={list.id}
          list={list}
          siblings={lists.map(({ id }) => id)}
          place={place}
          depth={depth}
          acts={acts}
        />
      ))}
    </>
  );
}

const deep = (depth: number) => ({ "--depth": Math.min(depth, 5) }) as CSSProperties;

/** The third parts of a row: before it, into it, behind it. */
function part(element: HTMLElement | null, y: number, into: boolean): Exclude<Mark, null> {
  const { top = 0, height = 1 } = element?.getBoundingClientRect() ?? {};
  const share = (y - top) / height;
  if (into) return share < 0.25 ? "above" : share > 0.75 ? "below" : "into";
  return share < 0.5 ? "above" : "below";
}

/** Where Alt with an arrow brings one of its siblings: before which other one. */
function beside(
  event: KeyboardEvent,
  siblings: string[],
  place: number,
): { before: string | null; to: number } | null {
  if (!event.altKey) return null;
  if (event.key === "ArrowUp" && place > 0)
    return { before: siblings[place - 1] ?? null, to: place - 1 };
  if (event.key === "ArrowDown" && place < siblings.length - 1)
    return { before: siblings[place + 2] ?? null, to: place + 1 };
  return null;
}

function FolderRow({
  branch,
  siblings,
  place,
  depth,
  acts,
}: {
  branch: Branch;
  siblings: string[];
  place: number;
  depth: number;
  acts: Acts;
}) {
  const [mark, setMark] = useState<Mark>(null);
  const [element, setElement] = useState<HTMLElement | null>(null);
  const folder = branch.folder as Folder;
  const parent = folder.parent_id ?? null;
  const target = useDrop<HTMLDivElement>({
    accepts: ({ kind, from }) =>
      kind === "playlist" ||
      (kind === "folder" && !liesIn(acts.data?.folders ?? [], folder.id, from)),
    over: ({ y }, { kind }) => setMark(kind === "folder" ? part(element, y, true) : "into"),
    left: () => setMark(null),
    drop: ({ kind, from }, { y }) => {
      setMark(null);
      const where = kind === "folder" ? part(element, y, true) : "into";
      if (kind === "playlist") acts.putList(from, folder.id, null);
      else if (where === "into") acts.putFolder(from, folder.id, null);
      else {
        const next = siblings.slice(place + 1).find((id) => id !== from) ?? null;
        acts.putFolder(from, parent, where === "above" ? folder.id : next);
      }
    },
  });
  const open = !acts.closed.includes(folder.id);
  const menu = (event: MouseEvent<HTMLElement>) =>
    acts.show(event, [
      {
        label: t`New playlist in it`,
        icon: "plus",
        act: () => acts.make(folder.id),
      },
      {
        label: t`New folder in it`,
        icon: "folder",
        act: () => acts.setAsked({ kind: "name", folder: null, parent: folder.id }),
      },
      {
        label: t`Rename`,
        icon: "edit",
        apart: true,
        act: () => acts.setAsked({ kind: "name", folder, parent }),
      },
      {
        label: t`Move to a folder…`,
        icon: "arrowRight",
        act: () => acts.setAsked({ kind: "move", folder }),
      },
      {
        label: t`Remove the folder, keep what is in it`,
        icon: "trash",
        act: () => acts.removeFolder(folder.id),
      },
    ]);
  const onKeyDown = (event: KeyboardEvent) => {
    const move = beside(event, siblings, place);
    if (!move) return;
    event.preventDefault();
    acts.putFolder(folder.id, parent, move.before);
    acts.setSaid(t`${folder.name} moved to place ${move.to + 1}`);
  };
  return (
    <li>
      <div
        ref={(row) => {
          setElement(row);
          target(row);
        }}
        className={`${styles.row} ${mark ? styles[mark] : ""}`}
        style={deep(depth)}
        onPointerDown={(event) =>
          event.pointerType !== "touch" &&
          drag(event, () => ({ kind: "folder", from: folder.id, label: folder.name }))
        }
      >
        <button
          type="button"
          aria-expanded={open}
          onClick={() => acts.flip(folder.id)}
          onContextMenu={menu}
          onKeyDown={onKeyDown}
        >
          <span className={styles.picture}>
            <Icon name="chevronRight" size={18} className={open ? styles.turned : ""} />
          </span>
          <b dir="auto">{folder.name}</b>
        </button>
        <IconButton
          icon="more"
          size={18}
          className={styles.more}
          label={t`More about ${folder.name}`}
          aria-haspopup="menu"
          onClick={menu}
        />
      </div>
      {open && (
        <ul>
          <Level branch={branch} depth={depth + 1} acts={acts} />
        </ul>
      )}
    </li>
  );
}

function ListRow({
  list,
  siblings,
  place,
  depth,
  acts,
}: {
  list: Playlist;
  siblings: string[];
  place: number;
  depth: number;
  acts: Acts;
}) {
  const [mark, setMark] = useState<Mark>(null);
  const [element, setElement] = useState<HTMLElement | null>(null);
  const takes = !list.rules && (list.owner_id === acts.me || list.collaborative);
  const folder = list.folder_id ?? null;
  const markOf = ({ kind }: Dragged, y: number) =>
    kind === "tracks" ? ("into" as const) : part(element, y, false);
  const target = useDrop<HTMLDivElement>({
    accepts: ({ kind, from }) =>
      (kind === "tracks" && takes) || (kind === "playlist" && from !== list.id),
    over: ({ y }, dragged) => setMark(markOf(dragged, y)),
    left: () => setMark(null),
    drop: async (dragged, { y }) => {
      setMark(null);
      if (dragged.kind === "tracks") {
        acts.add(list.id, list.name, (await dragged.uris?.()) ?? []);
        return;
      }
      const next = siblings.slice(place + 1).find((id) => id !== dragged.from) ?? null;
      acts.putList(dragged.from, folder, markOf(dragged, y) === "above" ? list.id : next);
    },
  });
  const menu = (event: MouseEvent<HTMLElement>) =>
    acts.show(event, [
      {
        label: t`Move to a folder…`,
        icon: "folder",
        act: () => acts.setAsked({ kind: "move", list }),
      },
    ]);
  const onKeyDown = (event: KeyboardEvent) => {
    const move = beside(event, siblings, place);
    if (!move) return;
    event.preventDefault();
    acts.putList(list.id, folder, move.before);
    acts.setSaid(t`${list.name} moved to place ${move.to + 1}`);
  };
  return (
    <li>
      <div
        ref={(row) => {
          setElement(row);
          target(row);
        }}
        className={`${styles.row} ${mark ? styles[mark] : ""}`}
        style={deep(depth)}
        onPointerDown={(event) =>
          event.pointerType !== "touch" &&
          drag(event, () => ({ kind: "playlist", from: list.id, label: list.name }))
        }
      >
        <NavLink
          to={`/playlist/${list.id}`}
          draggable={false}
          onContextMenu={menu}
          onKeyDown={onKeyDown}
        >
          <span className={styles.picture}>
            <Cover
              src={pick(acts.data?.images[list.id], 40)}
              icon={list.rules ? "rules" : "note"}
            />
          </span>
          <b dir="auto">{list.name}</b>
        </NavLink>
        <IconButton
          icon="more"
          size={18}
          className={styles.more}
          label={t`More about ${list.name}`}
          aria-haspopup="menu"
          onClick={menu}
        />
      </div>
    </li>
  );
}
