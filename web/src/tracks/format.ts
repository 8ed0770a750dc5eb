import { i18n } from "@lingui/core";

/** 3:07 or 1:02:03. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const two = (number: number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** "52 min" or "1 hr 4 min", as the language writes it. */
export function long(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const say = (value: number, unit: "hour" | "minute") =>
    new Intl.NumberFormat(i18n.locale || "en", {
      style: "unit",
      unit,
      unitDisplay: "short",
    }).format(value);
  return minutes < 60
    ? say(minutes, "minute")
    : `${say(Math.floor(minutes / 60), "hour")} ${say(minutes % 60, "minute")}`;
}

/** "3.4 MB", as the language writes it. */
export function size(bytes: number): string {
  const [unit, in_] =
    bytes >= 1e9
      ? (["gigabyte", 1e9] as const)
      : bytes >= 1e6
        ? (["megabyte", 1e6] as const)
        : (["kilobyte", 1e3] as const);
  return new Intl.NumberFormat(i18n.locale || "en", {
    style: "unit",
    unit,
    maximumFractionDigits: bytes / in_ < 10 ? 1 : 0,
  }).format(bytes / in_);
}

export const year = (date: string): string => date.slice(0, 4);

export const number = (value: number): string =>
  new Intl.NumberFormat(i18n.locale || "en").format(value);
