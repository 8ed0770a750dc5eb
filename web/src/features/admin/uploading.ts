/** Files on their way into libraries: they go on while other pages are looked at. */
import { t } from "@lingui/core/macro";
import { useSyncExternalStore } from "react";
import { at } from "../../api/base";
import { ask } from "../../api/client";
import { type ApiError, errorOf, isAway } from "../../api/errors";
import type { Upload } from "../../api/extension";

const EXTENSION = "/api/philomel/v1";
const PART = 768 * 1024;
const AT_ONCE = 2;
const TRIES = 5;
const LOOKS = 60;

const TAKEN =
  /\.(mp3|flac|ogg|oga|opus|m4a|m4b|mp4|alac|wave?|aiff?|aifc|wv|jpe?g|png|lrc|elrc|ttml|txt)$/i;

export type Stage = "waiting" | "sending" | "reading" | "done" | "same" | "failed";

export interface Going {
  key: number;
  library: string;
  file: File;
  path: string;
  stage: Stage;
  sent: number;
  problem?: string;
  album?: string;
  stop: AbortController;
}

/** A file, and where it lay in what was chosen. */
export interface Chosen {
  file: File;
  path: string;
}

let all: readonly Going[] = [];
let next = 1;
const listeners = new Set<() => void>();
const ended = new Set<() => void>();

const tell = (): void => {
  for (const listener of listeners) listener();
};

const change = (key: number, more: Partial<Going>): void => {
  all = all.map((each) => (each.key === key ? { ...each, ...more } : each));
  tell();
};

export const useUploads = (): readonly Going[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
  );

/** Calls `done` whenever nothing is under way any more. */
export const whenEnded = (done: () => void): (() => void) => {
  ended.add(done);
  return () => {
    ended.delete(done);
  };
};

export const isOver = ({ stage }: Going): boolean =>
  stage === "done" || stage === "same" || stage === "failed";

/**
 * Puts files in line for a library.
 *
 * @returns how many were left out: hidden ones, and what no library holds
 */
export function upload(library: string, chosen: readonly Chosen[]): number {
  const taken = chosen.filter(
    ({ path }) => TAKEN.test(path) && !path.split("/").some((part) => part.startsWith(".")),
  );
  const more = taken.map(({ file, path }): Going => {
    next += 1;
    return {
      key: next,
      library,
      file,
      path,
      stage: "waiting",
      sent: 0,
      stop: new AbortController(),
    };
  });
  all = [...all, ...more];
  tell();
  for (let free = under(); free < AT_ONCE; free += 1) void work();
  return chosen.length - taken.length;
}

export function cancel(key: number): void {
  const going = all.find((each) => each.key === key);
  going?.stop.abort();
  all = all.filter((each) => each.key !== key);
  tell();
}

export function retry(key: number): void {
  change(key, { stage: "waiting", sent: 0, problem: undefined as never });
  if (under() < AT_ONCE) void work();
}

/** Takes what is over off the list. */
export function clear(library: string): void {
  all = all.filter((each) => each.library !== library || !isOver(each));
  tell();
}

const under = (): number => all.filter(({ stage }) => stage === "sending").length;

async function work(): Promise<void> {
  for (;;) {
    const going = all.find(({ stage }) => stage === "waiting");
    if (!going) break;
    change(going.key, { stage: "sending" });
    try {
      const finished = await send(going);
      change(going.key, {
        stage: finished.state === "same" ? "same" : "reading",
        path: finished.path,
        sent: going.file.size,
        ...(finished.album_id && { album: finished.album_id }),
      });
      if (finished.state !== "same") void follow(going.key, finished);
    } catch (cause) {
      if (going.stop.signal.aborted) continue;
      const problem = (cause as ApiError).message || t`It could not be sent`;
      change(going.key, { stage: "failed", problem });
    }
  }
  if (all.every(isOver)) for (const done of ended) done();
}

async function send(going: Going): Promise<Upload> {
  const { file, path, library, stop } = going;
  for (let tried = 1; ; tried += 1) {
    let id = "";
    try {
      const begun = await ask<Upload>(
        {
          path: `${EXTENSION}/libraries/${encodeURIComponent(library)}/uploads`,
          method: "POST",
          body: { path, size: file.size },
        },
        stop.signal,
      );
      id = begun.id;
      for (let place = begun.received; place < file.size; place += PART) {
        change(going.key, { sent: place });
        const part = file.slice(place, place + PART);
        const response = await fetch(at(`${EXTENSION}/uploads/${id}?offset=${place}`), {
          method: "PUT",
          body: part,
          headers: { "content-type": "application/octet-stream" },
          credentials: "same-origin",
          signal: stop.signal,
        }).catch((cause: unknown) => {
          if (stop.signal.aborted) throw cause;
          throw { status: 0, message: String(cause) } satisfies ApiError;
        });
        if (!response.ok) throw await errorOf(response);
      }
      const path_ = `${EXTENSION}/uploads/${id}/finish`;
      return await ask<Upload>({ path: path_, method: "POST", body: {} }, stop.signal);
    } catch (cause) {
      if (stop.signal.aborted) {
        if (id) void ask({ path: `${EXTENSION}/uploads/${id}`, method: "DELETE" }).catch(() => {});
        throw cause;
      }
      // It goes on where it stopped.
      if (!isAway(cause as ApiError) || tried >= TRIES) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 1000 * tried));
    }
  }
}

/** Until the scan has read it. */
async function follow(key: number, finished: Upload): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500 + 50 * look));
    const seen = await ask<Upload>({ path: `${EXTENSION}/uploads/${finished.id}` }).catch(
      () => null,
    );
    if (seen?.album_id || seen?.read) {
      change(key, { stage: "done", ...(seen.album_id && { album: seen.album_id }) });
      if (all.every(isOver)) for (const done of ended) done();
      return;
    }
  }
  change(key, { stage: "done" });
}

/** What was dropped, with everything in its folders. */
export async function dropped(transfer: DataTransfer): Promise<Chosen[]> {
  // All at once: what is dropped is forgotten when this returns for the first time.
  const items = [...transfer.items].map(
    (item) => [item.webkitGetAsEntry(), item.getAsFile()] as const,
  );
  const found: Chosen[] = [];
  for (const [entry, file] of items) {
    if (entry) await collect(entry, "", found);
    else if (file) found.push({ file, path: file.name });
  }
  return found;
}

async function collect(entry: FileSystemEntry, above: string, found: Chosen[]): Promise<void> {
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ file, path });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (!some.length) return;
    for (const each of some) await collect(each, `${path}/`, found);
  }
}

export const chosen = (files: FileList): Chosen[] =>
  [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
