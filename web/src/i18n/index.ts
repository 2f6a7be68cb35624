import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { readStored, writeStored } from "@/lib/stored";

import en from "./en.json";
import zh from "./zh.json";

export const LANGUAGES = { en: "English", zh: "中文" } as const;
export type Language = keyof typeof LANGUAGES;

/** What `<html lang>` says, so that the system picks the right glyphs. */
const TAGS: Record<Language, string> = { en: "en", zh: "zh-CN" };

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

/** The language chosen before, else the first of the browser's that we speak, else English. */
export function pickLanguage(stored: string | null, browser: readonly string[]): Language {
  for (const tag of [stored ?? "", ...browser]) {
    if (/^zh\b/i.test(tag)) return "zh";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

/** Switch the page to `language` and remember it. */
export function chooseLanguage(language: Language): void {
  writeStored("language", language);
  void i18next.changeLanguage(language);
}

i18next.on("languageChanged", (language) => {
  document.documentElement.lang = TAGS[language as Language] ?? "en";
});

void i18next.use(initReactI18next).init({
  resources: { en: { translation: en }, zh: { translation: zh } },
  lng: pickLanguage(readStored("language"), navigator.languages),
  fallbackLng: "en",
  interpolation: { escapeValue: false }, // React escapes.
});
