/** The few words of a share's page, in the visitor's language. */
import { i18n } from "@lingui/core";
import { plural, t } from "@lingui/core/macro";
import type { Failure } from "../engine/types";
import { long } from "../tracks/format";
import type { Nothing, Share } from "./types";

const LOAD = { en: () => import("./locales/en"), de: () => import("./locales/de") };
type Language = keyof typeof LOAD;

export async function speak(): Promise<void> {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  const known = wanted.find((tag): tag is Language => tag in LOAD) ?? "en";
  const { messages } = await LOAD[known]();
  i18n.loadAndActivate({ locale: known, messages: messages as never });
  document.documentElement.lang = known;
}

export const titleOf = ({ title }: Share): string => title || t`Shared music`;

export function kindOf({ kind }: Share): string {
  if (kind === "album") return t`Album`;
  if (kind === "playlist") return t`Playlist`;
  return kind === "track" ? t`Song` : t`Songs`;
}

/** Artists, year, how many and how long. */
export function factsOf({ kind, by, year, tracks }: Share): string[] {
  const count = tracks.length;
  const length = tracks.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
  const many = kind === "track" ? "" : plural(count, { one: "# song", other: "# songs" });
  return [by, year, many, long(length)].filter(Boolean);
}

const dayOf = (at: number): string =>
  new Intl.DateTimeFormat(i18n.locale, { dateStyle: "long" }).format(at);

/** Who shares, and until when. */
export function sharingOf({ shared_by, expires_at }: Share): string[] {
  const facts: string[] = [];
  if (shared_by) facts.push(t`Shared by ${shared_by}`);
  if (expires_at) facts.push(t`Open until ${dayOf(expires_at)}`);
  return facts;
}

export function failureOf(failure: Failure): string {
  if (failure === "gone" || failure === "refused") return t`This is not shared any more.`;
  if (failure === "offline") return t`The server does not answer.`;
  return t`This browser cannot play that song.`;
}

export function nothingOf(state: Nothing): [title: string, words: string] {
  if (state === "ended")
    return [
      t`This share has ended`,
      t`It was open for a while only, and that is over. Ask for a new link.`,
    ];
  if (state === "withdrawn")
    return [t`Not shared any more`, t`Whoever shared this has taken it back.`];
  if (state === "busy")
    return [t`One moment`, t`The server has too much to do. Try again in a while.`];
  return [t`Nothing is shared here`, t`Perhaps a part of the address was lost on its way.`];
}
