import i18next, { type BackendModule } from "i18next";
import { initReactI18next, useTranslation as useLibrary } from "react-i18next";

import { readStored, writeStored } from "@/lib/stored";

import en from "./en.json";

export const LANGUAGES = { en: "English", zh: "中文" } as const;
export type Language = keyof typeof LANGUAGES;

/** What `<html lang>` says, so that the system picks the right glyphs. */
const TAGS: Record<Language, string> = { en: "en", zh: "zh-CN" };

type Leaves<T, P extends string = ""> = {
  [K in keyof T & string]: T[K] extends string ? `${P}${Whole<K>}` : Leaves<T[K], `${P}${K}.`>;
}[keyof T & string];
type Whole<K extends string> = K extends `${infer Name}_${"one" | "other"}` ? Name : K;

/** The name of a text; one that is not there does not compile. */
export type TextName = Leaves<typeof en>;

/**
 * Returns a text in the language chosen. The library's own type does as much with far more work for
 * the compiler, which gives up at some hundreds of texts.
 */
export type Translate = (name: TextName, values?: Readonly<Record<string, unknown>>) => string;

/** The texts of the language chosen. */
export function useTranslation(): { t: Translate; i18n: typeof i18next } {
  const { t, i18n } = useLibrary();
  return { t, i18n };
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

/** English is there at once, and is what is missing elsewhere; the other language is fetched. */
const fetched: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (_language, _namespace, done) => {
    import("./zh.json").then(
      (texts) => done(null, texts.default),
      (error: unknown) => done(error instanceof Error ? error : String(error), null),
    );
  },
};

/** Settled when the texts of the language chosen are there, or cannot be had. */
export const ready: Promise<unknown> = i18next
  .use(fetched)
  .use(initReactI18next)
  .init({
    resources: { en: { translation: en } },
    partialBundledLanguages: true,
    lng: pickLanguage(readStored("language"), navigator.languages),
    fallbackLng: "en",
    interpolation: { escapeValue: false }, // React escapes.
    react: { useSuspense: false }, // The page waits for `ready`, and a switch for its texts.
  });
