/** Why something does not play, and how often it is tried again. */
import type { Failure } from "../types";

/**
 * - `network`: it may work later;
 * - `refused`: it may work at another address;
 * - `decode`: this form never will.
 */
export type Trouble = "network" | "refused" | "decode";

export const MOST_ATTEMPTS = 5;
export const ATTEMPT_MS = 2000;

const FAILURES: readonly string[] = ["undecodable", "gone", "offline", "refused"];

const BY_STATUS: Partial<Record<number, Failure>> = {
  401: "refused",
  403: "gone",
  404: "gone",
  410: "gone",
};

/**
 * What a `Source` says: in its error's cause, or by an HTTP status. Whoever says nothing was not
 * reached.
 */
export function failureOf(error: unknown): Failure {
  const { cause, status } = (error ?? {}) as { cause?: unknown; status?: number };
  const known = status === undefined ? undefined : BY_STATUS[status];
  if (known) return known;
  return typeof cause === "string" && FAILURES.includes(cause) ? (cause as Failure) : "offline";
}

/** Failures that another try in a moment does not mend. */
export const isFinal = (failure: Failure): boolean => failure !== "offline";

/** MediaError.MEDIA_ERR_NETWORK and MEDIA_ERR_DECODE. */
const NETWORK = 2;
const DECODE = 3;
/** What the server says of files that it cannot decode either. */
const UNSUPPORTED = 415;

/**
 * Browsers tell an address that cannot be reached like one that cannot be decoded: so its first
 * byte is asked for.
 */
export async function troubleOf(
  error: Pick<MediaError, "code"> | null,
  url: string,
  signal: AbortSignal,
  ask: typeof fetch = fetch,
): Promise<Trouble> {
  try {
    const response = await ask(url, { headers: { range: "bytes=0-0" }, signal });
    void response.body?.cancel();
    if (response.ok) return error?.code === NETWORK ? "network" : "decode";
    if (response.status === UNSUPPORTED) return "decode";
    return response.status < 500 && response.status !== 429 ? "refused" : "network";
  } catch {
    return error?.code === DECODE ? "decode" : "network";
  }
}
