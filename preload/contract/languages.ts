/** One row for each language of the interface, under its code. `docs/languages.md` tells how to add one. */
export const LANGUAGES = {
  en: { name: 'English', speaks: 'en' },
  'pt-BR': { name: 'Português (Brasil)', speaks: 'pt' },
  es: { name: 'Español', speaks: 'es' },
} as const satisfies Record<
  string,
  { /** In the language itself. */ name: string /** The first part of the locales that get it. */; speaks: string }
>

export type Language = keyof typeof LANGUAGES
/** English is in the program itself; the others are catalogues. */
export type OtherLanguage = Exclude<Language, 'en'>
export const LANGUAGE_CODES = Object.keys(LANGUAGES) as [Language, ...Language[]]

/** The language for a locale such as "pt-PT" or "es_419": the one of its people, else English. */
export function languageOf(locale: string | undefined): Language {
  const spoken = locale?.toLowerCase().split(/[-_.@]/)[0]
  return LANGUAGE_CODES.find((code) => LANGUAGES[code].speaks === spoken) ?? 'en'
}
