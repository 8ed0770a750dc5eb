/**
 * Likes and additions to playlists that were made while the server was away: sent in their order when it is
 * back, by one tab alone. What may have arrived already is looked for before it is sent again.
 */
import { t } from "@lingui/core/macro";
import { type Ask, reach } from "../api/client";
import type { ApiError } from "../api/errors";
import type { Page, Playlist, PlaylistItem } from "../api/types";
import { webApi } from "../api/webapi";
import { notices } from "../app/notices";
import type { Store } from "../app/store";
import { forgetSaved } from "../tracks/saved";
import { db, type Waiting } from "./db";
import { offline } from "./state";

const LOCK = "philomel.outbox";
const LOOKED_AT = 50;
const ADDITION = /^\/v1\/playlists\/([^/]+)\/items$/;

const isAddition = ({ path, method }: Ask) => method === "POST" && ADDITION.test(path);

/** Keeps a change for later; undefined if it is none that can wait. */
export async function keepLater(
  asked: Ask,
  tried: boolean,
): Promise<{ value: unknown } | undefined> {
  if (asked.path !== "/v1/me/library" && !isAddition(asked)) return undefined;
  await db.put("outbox", { asked, tried });
  return { value: isAddition(asked) ? { snapshot_id: "" } : null };
}

/** Whether the end of the playlist holds what was to be added. Likes may be sent twice without harm. */
async function arrived({ asked }: Waiting): Promise<boolean> {
  if (!isAddition(asked)) return false;
  const list = await reach<Playlist>({ path: asked.path.replace(/\/items$/, "") });
  const offset = Math.max(0, list.tracks.total - LOOKED_AT);
  const end = await reach<Page<PlaylistItem>>({
    path: asked.path,
    query: { limit: LOOKED_AT, offset },
  });
  const there = end.items.map(({ track }) => track?.uri).join(" ");
  return ` ${there} `.includes(` ${(asked.body as { uris: string[] }).uris.join(" ")} `);
}

const passes = ({ status }: ApiError) =>
  status === 0 || status === 401 || status === 429 || status >= 500;

async function tell(store: Store, { asked }: Waiting, error: ApiError): Promise<void> {
  const id = ADDITION.exec(asked.path)?.[1];
  const kept = id ? await db.get("downloads", `playlist:${decodeURIComponent(id)}`) : undefined;
  const name = kept?.name ?? "";
  const why = error.message;
  const text = !isAddition(asked)
    ? t`A like from your time offline was not taken: ${why}`
    : name
      ? t`What you added to “${name}” offline was not taken: ${why}`
      : t`What you added to a playlist offline was not taken: ${why}`;
  store.dispatch(notices.told(text, { tone: "bad" }));
}

export async function countWaiting(store: Store): Promise<number> {
  const waiting = await db.count("outbox");
  store.dispatch(offline.told({ waiting }));
  return waiting;
}

async function sendAll(store: Store): Promise<void> {
  let sent = 0;
  for (;;) {
    const [first] = await db.all("outbox");
    if (!first) break;
    try {
      if (!(first.tried && (await arrived(first)))) {
        await db.put("outbox", { ...first, tried: true });
        await reach(first.asked);
      }
      sent += 1;
    } catch (cause) {
      const error = cause as ApiError;
      if (passes(error)) break;
      await tell(store, first, error);
    }
    await db.remove("outbox", first.number as number);
    await countWaiting(store);
  }
  if (!sent) return;
  forgetSaved();
  store.dispatch(webApi.util.invalidateTags(["Saved", "Playlists"]));
}

/** Sends what waits, if no other tab does. */
export async function send(store: Store): Promise<void> {
  if (!(await countWaiting(store))) return;
  if (!navigator.locks) await sendAll(store);
  else await navigator.locks.request(LOCK, () => sendAll(store));
}
