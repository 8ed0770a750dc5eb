import { at } from "./base";
import { type ApiError, errorOf } from "./errors";

export interface Ask {
  path: string;
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
}

const MOST_PATIENT = 3;

/** Pauses between tries when the server says that there is too much to do, milliseconds. */
const pause = (seconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

export const addressOf = ({ path, query }: Pick<Ask, "path" | "query">): string => {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) words.set(name, String(value));
  }
  return at(path) + (words.size ? `?${words}` : "");
};

/** What answers in the server's place while it cannot be reached. */
export interface StandIn {
  away(): boolean;
  /** The server did answer. */
  heard(asked: Ask, value: unknown): void;
  /** Nothing if it has no answer either. `tried`: the server may have got the request. */
  answer(asked: Ask, tried: boolean): Promise<{ value: unknown } | undefined>;
}

let coming: Promise<StandIn | null> = Promise.resolve(null);
let standIn: StandIn | null = null;

/** It is fetched beside the first page, and may not come when that is offline. */
export const standInBy = (other: Promise<StandIn>): void => {
  coming = other.catch(() => null);
  void coming.then((come) => {
    standIn = come;
  });
};

/** Told on the window when the server does not know any more who asks. */
export const SIGNED_OUT = "philomel:signed-out";

const GATEWAY = new Set([0, 502, 504]);

/**
 * Asks this server, or what stands in for it while it is away.
 *
 * @throws ApiError
 */
export async function ask<T>(asked: Ask, signal?: AbortSignal): Promise<T> {
  if (standIn?.away()) {
    const kept = await standIn.answer(asked, false);
    if (kept) return kept.value as T;
  }
  try {
    const value = await reach<T>(asked, signal);
    void coming.then((come) => come?.heard(asked, value));
    return value;
  } catch (error) {
    const kept = GATEWAY.has((error as ApiError).status)
      ? await (await coming)?.answer(asked, true)
      : undefined;
    if (!kept) throw error;
    return kept.value as T;
  }
}

/**
 * Asks the server itself. The session cookie goes along by itself, and no other site can use it.
 *
 * Reads that are told to come back later (429, 503) come back, three times at most.
 *
 * @throws ApiError
 */
export async function reach<T>(
  asked: Ask,
  signal: AbortSignal = new AbortController().signal,
): Promise<T> {
  const init: RequestInit = { method: asked.method ?? "GET", signal, credentials: "same-origin" };
  init.headers = { accept: "application/json" };
  if (asked.body !== undefined) {
    init.body = JSON.stringify(asked.body);
    init.headers = { ...init.headers, "content-type": "application/json" };
  }
  for (let tried = 1; ; tried += 1) {
    let response: Response;
    try {
      response = await fetch(addressOf(asked), init);
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw { status: 0, message: String(cause) } satisfies ApiError;
    }
    if (response.ok) {
      const text = await response.text();
      return (text ? JSON.parse(text) : undefined) as T;
    }
    const error = await errorOf(response);
    if (error.status === 401) window.dispatchEvent(new Event(SIGNED_OUT));
    const again = init.method === "GET" && (error.status === 429 || error.status === 503);
    if (!again || tried > MOST_PATIENT || (error.retryAfter ?? 1) > 10) throw error;
    await pause(error.retryAfter ?? 1, signal);
  }
}
