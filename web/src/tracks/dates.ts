import { i18n } from "@lingui/core";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** "3 days ago", as the language writes it. */
export function ago(at: number, now = Date.now()): string {
  const words = new Intl.RelativeTimeFormat(i18n.locale || "en", { numeric: "auto" });
  const passed = Math.min(0, at - now);
  const step = STEPS.find(([, length]) => -passed >= length);
  return step ? words.format(Math.round(passed / step[1]), step[0]) : words.format(0, "second");
}

export const day = (at: number): string =>
  new Intl.DateTimeFormat(i18n.locale || "en", { dateStyle: "medium" }).format(at);

export const moment = (at: number): string =>
  new Intl.DateTimeFormat(i18n.locale || "en", { dateStyle: "medium", timeStyle: "short" }).format(
    at,
  );
