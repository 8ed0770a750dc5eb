/** Notices when the server goes and comes, and puts what is kept here in its place meanwhile. */
import { at } from "../api/base";
import type { StandIn } from "../api/client";
import type { User } from "../api/extension";
import { webApi } from "../api/webapi";
import type { Store } from "../app/store";
import type { Playback } from "../engine/types";
import { keepPerson, keptPerson, letGo } from "./person";
import { canKeep, isHere, offline } from "./state";
import { registerWorker } from "./worker";

/** What is around every page. */
const REMEMBERED = new Set([
  "/v1/me/playlists",
  "/api/philomel/v1/playlists",
  "/api/philomel/v1/folders",
]);
const AGAIN_MS = 3000;
const PATIENCE_MS = 4000;

let loaded: Promise<void> = Promise.resolve();
const downloads = () => import("./downloads");
const outbox = () => import("./outbox");
const answers = () => import("./answers");

export interface Work extends StandIn {
  /** How a track is played that was downloaded. */
  playback(trackId: string): Promise<Playback | undefined>;
}

export function startOffline(store: Store): Work {
  const away = () => store.getState().offline.away;
  let timer = 0;

  const look = async () => {
    clearTimeout(timer);
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const { status } = await fetch(at("/healthz"), { cache: "no-store", signal });
      if (status !== 502 && status !== 504) return be(false);
    } catch {
      // Still away.
    }
    timer = window.setTimeout(look, AGAIN_MS);
  };
  const goOn = async () => {
    await (await outbox()).send(store);
    if (canKeep()) await (await downloads()).goOn(store);
  };
  const be = (now: boolean) => {
    if (now === away()) return;
    store.dispatch(offline.told({ away: now }));
    if (now) timer = window.setTimeout(look, AGAIN_MS);
    else {
      store.dispatch(webApi.internalActions.onOnline());
      void goOn();
    }
  };
  const load = async () => {
    await (await downloads()).load(store);
    if (!away()) void goOn();
  };
  const meet = (person: User) => {
    const before = keptPerson()?.id;
    keepPerson(person);
    if (before !== person.id) loaded = load();
  };

  window.addEventListener("offline", () => be(true));
  window.addEventListener("online", () => void look());
  void letGo();
  if (!navigator.onLine) be(true);
  if (keptPerson()) loaded = load();
  // Needed when it cannot be fetched any more.
  void import("../shell/Banner").catch(() => undefined);
  registerWorker(store).catch(() => undefined);
  return {
    away,
    heard: (asked, value) => {
      be(false);
      if (asked.path === "/api/philomel/v1/me") meet(value as User);
      else if (REMEMBERED.has(asked.path) && !asked.method)
        void answers().then(({ remember }) => remember(asked, value));
    },
    answer: async (asked, tried) => {
      if (tried) be(true);
      if (!keptPerson()) return undefined;
      const found = await (await answers()).answer(asked, tried);
      if (found && asked.method && asked.method !== "GET")
        await (await outbox()).countWaiting(store);
      return found;
    },
    playback: async (trackId) => {
      await loaded;
      if (!isHere(store.getState().offline, trackId) || !navigator.serviceWorker?.controller)
        return undefined;
      return (await downloads()).playback(trackId);
    },
  };
}
