import { i18n } from "@lingui/core";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const load: Record<Language, () => Promise<{ messages: Record<string, unknown> }>> = {
  en: () => import("../locales/en"),
  de: () => import("../locales/de"),
};

/** The language asked for; what the browser wants if that is "". */
export async function speak(wanted: string): Promise<void> {
  const asked = wanted ? [wanted] : navigator.languages;
  const known =
    asked.map((tag) => tag.slice(0, 2)).find((tag): tag is Language => tag in LANGUAGES) ?? "en";
  const { messages } = await load[known]();
  i18n.loadAndActivate({ locale: known, messages: messages as never });
  document.documentElement.lang = known;
}
