import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { type Language, languageOf } from '../../preload/contract/languages.ts'
import { CATALOGUES } from './catalogues.ts'
import { en } from './en.ts'
import { TOLD } from './told.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
    returnNull: false
  }
}

/** The language to show for a setting: the machine's own where it is one of ours, else English. */
export const resolveLanguage = (setting: 'system' | Language, system: readonly string[]): Language =>
  setting === 'system' ? languageOf(system[0]) : setting

export async function startLanguage(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  await showLanguage(language)
}

/** Switches at run time; another catalogue than the English one is fetched at its first use. */
export async function showLanguage(language: Language): Promise<void> {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation')) {
    const { words, told } = await CATALOGUES[language]()
    i18next.addResourceBundle(language, 'translation', withManyForms(words))
    i18next.addResourceBundle(language, TOLD, told)
  }
  if (i18next.language !== language) await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

type Tree = { [key: string]: string | Tree }

/** Portuguese and Spanish have a third plural form, for millions; it reads like the general one. */
function withManyForms(tree: object): Tree {
  const result: Tree = {}
  for (const [key, value] of Object.entries(tree)) {
    result[key] = typeof value === 'string' ? value : withManyForms(value)
    if (key.endsWith('_other')) result[key.replace(/_other$/, '_many')] ??= value
  }
  return result
}
