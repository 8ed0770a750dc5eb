/**
 * The service worker: the player's own files without the server, and what was downloaded.
 *
 * Pages come from the server as long as it answers, so who is signed out sees the way in; answers about
 * people's music pass through and are kept nowhere. A new version waits until the page lets it in.
 */
import { part } from "./range";

declare const self: ServiceWorkerGlobalScope;
/** Written in by the build: what the shell is made of, and a name for exactly that. */
declare const FILES: string[];
declare const VERSION: string;

const SHELL = `philomel-shell-${VERSION}`;
const SOUND = "philomel-sound";
const PICTURES = "philomel-pictures";
const KEPT = [SHELL, SOUND, PICTURES];
const PATIENCE_MS = 4000;
const OWN_PAGE =
  /^\/(?:(?:search|library|album|artist|track|playlist|settings|downloads)(?:\/|$)|$)/;

const base = new URL(".", self.location.href).pathname.replace(/\/$/, "");
const shell = `${base}/shell`;

self.addEventListener("install", (event) => {
  const files = [shell, ...FILES.map((file) => `${base}/${file}`)];
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: "no-cache" })))),
  );
});

self.addEventListener("activate", (event) => {
  const sweep = async () => {
    for (const name of await caches.keys())
      if (name.startsWith("philomel-") && !KEPT.includes(name)) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(sweep());
});

self.addEventListener("message", (event) => {
  if (event.data === "now") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const path = pathname.slice(base.length);
  if (request.mode === "navigate") event.respondWith(page(request, path));
  else if (path.startsWith("/assets/")) event.respondWith(firstKept(SHELL, request));
  else if (path.startsWith("/offline/")) event.respondWith(downloaded(request, pathname));
  else if (request.destination === "image") event.respondWith(firstKept(PICTURES, request));
});

async function page(request: Request, path: string): Promise<Response> {
  const kept = await caches.match(shell, { cacheName: SHELL });
  if (!kept) return fetch(request);
  const late = new Promise<Response>((resolve) => {
    if (OWN_PAGE.test(path)) setTimeout(() => resolve(kept), PATIENCE_MS);
  });
  try {
    const answer = await Promise.race([fetch(request), late]);
    return answer.status >= 502 && answer.status <= 504 ? kept : answer;
  } catch {
    return kept;
  }
}

/** Addresses of pictures carry a signature, which is another one each time. */
async function firstKept(cacheName: string, request: Request): Promise<Response> {
  const kept = await caches.match(request.url, {
    cacheName,
    ignoreSearch: true,
    ignoreVary: true,
  });
  return kept ?? fetch(request);
}

async function downloaded(request: Request, path: string): Promise<Response> {
  const kept = await caches.match(path, { cacheName: SOUND });
  if (!kept) return new Response(null, { status: 404 });
  return part(kept, request.headers.get("range"));
}
