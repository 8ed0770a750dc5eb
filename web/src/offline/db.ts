/** What is kept in this browser, a database for each listener. */
import type { Ask } from "../api/client";
import type { Track } from "../api/types";
import type { Playback } from "../engine/types";
import { keptPerson } from "./person";
import type { Download } from "./state";

/** A download as its pages need it: what heads them, and all of what is in it. */
export interface KeptDownload extends Download {
  head: unknown;
  /** Of a playlist, as the extension API tells it. */
  details?: { snapshot_id: string };
  items: unknown[];
  songs: Track[];
}

export interface KeptTrack {
  id: string;
  bytes: number;
  /** Whether it was liked when it was downloaded. */
  saved: boolean;
  playback: Playback;
}

/** A change that waits for the server. */
export interface Waiting {
  /** In the order in which they were made. */
  number?: number;
  asked: Ask;
  /** It was sent before, and nobody knows whether it arrived. */
  tried: boolean;
}

interface Stores {
  downloads: KeptDownload;
  tracks: KeptTrack;
  outbox: Waiting;
  /** Answers by the address that was asked. */
  answers: { address: string; value: unknown };
}
type Name = keyof Stores;

const KEYS: Record<Name, IDBObjectStoreParameters> = {
  downloads: { keyPath: "key" },
  tracks: { keyPath: "id" },
  outbox: { keyPath: "number", autoIncrement: true },
  answers: { keyPath: "address" },
};

const nameOf = (person: string) => `philomel.${person}`;
const opened = new Map<string, Promise<IDBDatabase>>();

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open(): Promise<IDBDatabase> {
  const name = nameOf(keptPerson()?.id ?? "nobody");
  const known = opened.get(name);
  if (known) return known;
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    for (const [store, key] of Object.entries(KEYS)) request.result.createObjectStore(store, key);
  };
  const database = done(request);
  opened.set(name, database);
  database.catch(() => opened.delete(name));
  return database;
}

async function within<T>(
  store: Name,
  mode: IDBTransactionMode,
  act: (objects: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const transaction = (await open()).transaction(store, mode, { durability: "strict" });
  const answer = done(act(transaction.objectStore(store)));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  return answer;
}

export const db = {
  all: <N extends Name>(store: N) =>
    within(store, "readonly", (objects) => objects.getAll() as IDBRequest<Stores[N][]>),
  get: <N extends Name>(store: N, key: IDBValidKey) =>
    within(store, "readonly", (objects) => objects.get(key) as IDBRequest<Stores[N] | undefined>),
  put: <N extends Name>(store: N, value: Stores[N]) =>
    within(store, "readwrite", (objects) => objects.put(value)),
  remove: (store: Name, key: IDBValidKey) =>
    within(store, "readwrite", (objects) => objects.delete(key)),
  count: (store: Name) => within(store, "readonly", (objects) => objects.count()),
};

export async function dropDatabase(person: string): Promise<void> {
  (await opened.get(nameOf(person)))?.close();
  opened.delete(nameOf(person));
  indexedDB.deleteDatabase(nameOf(person));
}
