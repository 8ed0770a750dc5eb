/**
 * Between the queue and the engine. The queue says what shall play, the engine what does; neither
 * knows of the other.
 */
import { webApi } from "../api/webapi";
import { forget, keepPlace, keptPlace } from "../app/kept";
import { notices } from "../app/notices";
import type { Store } from "../app/store";
import { mediaSession } from "../engine/session";
import type { Engine, Item } from "../engine/types";
import { makeCommands } from "./commands";
import { failureText } from "./failures";
import { type Entry, following, queue, queueTrack } from "./queue";
import { status } from "./status";

const SIMILAR = 20;
const KEEP_PLACE_MS = 5000;

const itemOf = ({ key, track }: Entry): Item => ({
  key,
  trackId: track.id,
  albumId: track.album?.id ?? null,
  durationMs: track.duration_ms,
});

/** Connects the two; the answer takes them apart again. */
export function connect(store: Store, engine: Engine): () => void {
  const queueOf = () => store.getState().queue;
  let seen = queueOf();
  let chosen = store.getState().settings;
  let asleep = store.getState().status.sleep;
  const isLast = () => store.getState().status.sleep?.kind === "track";

  const tellNext = () => {
    const next = isLast() ? null : following(queueOf());
    engine.setNext(next ? itemOf(next) : null);
  };

  const begin = (paused: boolean) => {
    const { current } = queueOf();
    if (!current) return;
    engine.play(itemOf(current), paused ? { at: keptPlace(current.key), paused } : {});
    tellNext();
  };

  const goOn = async () => {
    const { queue: lists, settings } = store.getState();
    if (!settings.autoplay || !lists.current) return;
    const seeds = [lists.current, ...lists.played.slice(-4)]
      .map(({ track }) => track.id)
      .slice(0, 5);
    const asking = store.dispatch(
      webApi.endpoints.recommendations.initiate({ seed_tracks: seeds.join(","), limit: SIMILAR }),
    );
    const { data } = await asking;
    asking.unsubscribe();
    const heard = new Set(lists.played.map(({ track }) => track.id));
    const fresh = (data?.tracks ?? []).filter(
      ({ id }) => !heard.has(id) && id !== lists.current?.track.id,
    );
    if (!fresh.length) return;
    const name = lists.current.track.name;
    store.dispatch(
      queue.continued(
        fresh.map((track) => queueTrack(track)),
        { kind: "similar", uri: lists.current.track.uri, name },
      ),
    );
  };

  const offs = [
    store.subscribe(() => {
      const now = queueOf();
      const { settings } = store.getState();
      if (settings !== chosen) {
        chosen = settings;
        engine.configure(settings);
      }
      const { sleep } = store.getState().status;
      if (sleep !== asleep) {
        asleep = sleep;
        tellNext();
      }
      if (now === seen) return;
      const before = seen;
      seen = now;
      if (now.turn !== before.turn) begin(false);
      else if (now.current && !before.current) begin(true);
      else tellNext();
    }),
    engine.on("state", ({ state }) =>
      store.dispatch(status.told({ state, ...(state === "playing" && { retrying: 0 }) })),
    ),
    engine.on("form", ({ codec, bitrate, lossless, adaptive }) =>
      store.dispatch(status.told({ form: { codec, bitrate, lossless, adaptive } })),
    ),
    engine.on("retrying", ({ attempt }) => store.dispatch(status.told({ retrying: attempt }))),
    engine.on("started", ({ item, from }) => {
      if (from === "advance" && item.key !== queueOf().current?.key)
        store.dispatch(queue.advanced({ byHand: false }));
      // Also where the queue stays as it is: one track is repeated.
      tellNext();
      const left = queueOf().upNext.length + queueOf().rest.length;
      if (!left && queueOf().repeat === "off") void goOn();
    }),
    // The engine goes on by itself, as long as that makes sense.
    engine.on("failed", ({ failure }) => {
      const name = queueOf().current?.track.name ?? "";
      store.dispatch(notices.told(failureText(failure, name), { tone: "bad" }));
    }),
    engine.on("exhausted", () => {
      if (!isLast() && following(queueOf())) store.dispatch(queue.advanced({ byHand: true }));
    }),
  ];

  const commands = makeCommands(store, engine);
  const shown = (item: Item) => {
    const entry = queueOf().current;
    if (entry?.key !== item.key) return null;
    const { name, artists, album } = entry.track;
    return {
      title: name,
      artist: artists.map((artist) => artist.name).join(", "),
      album: album?.name ?? "",
      artwork: album?.cover ? [{ src: album.cover }] : [],
    };
  };
  offs.push(mediaSession(engine, shown, commands));

  const place = () => {
    const { current } = engine;
    if (current) keepPlace(current.key, engine.position().at);
  };
  const keeping = window.setInterval(place, KEEP_PLACE_MS);
  window.addEventListener("pagehide", place);

  engine.configure(chosen);
  if (seen.current) begin(true);
  return () => {
    clearInterval(keeping);
    window.removeEventListener("pagehide", place);
    for (const off of offs) off();
    engine.destroy();
  };
}

/** Everything of this listener leaves the browser. */
export function signOff(store: Store, engine: Engine): void {
  engine.stop();
  store.dispatch(queue.restored({}));
  forget();
  // Not at once: without them the page goes, and a form that went with it is not sent.
  setTimeout(() => store.dispatch(webApi.util.resetApiState()));
}
