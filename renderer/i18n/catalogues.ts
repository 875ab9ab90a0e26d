import type { CatalogueBot, FailureCode, FailureSubject, FindingKey, ReasonCode } from '../../preload/contract/codes.ts'
import type { Language, OtherLanguage } from '../../preload/contract/languages.ts'
import type { en } from './en.ts'

/** A language may have plural forms that English lacks. */
type MoreForms<Key> = Key extends `${infer Base}_other` ? `${Base}_${'zero' | 'two' | 'few' | 'many'}` : never
type Shape<T> = { [K in keyof T]: T[K] extends string ? string : Shape<T[K]> } & {
  [K in keyof T as MoreForms<K>]?: string
}
/** What the page says. */
export type Words = Shape<typeof en>

export interface Said {
  title: string
  cause?: string
  way_out?: string
}
/** What the program says in English sentences, by their codes. A code that is missing here is shown in the program's own sentence. */
export interface Told {
  reason: Record<ReasonCode, string>
  finding: Record<FindingKey, Said>
  failure: Record<FailureCode | FailureSubject, string>
  bot: Record<CatalogueBot, { label: string; description: string }>
  /** Why the database is where it is. */
  why: Record<string, string>
}
export interface Catalogue {
  words: Words
  told: Told
}

/** Each is a file of its own in the bundle, fetched when its language is shown. */
export const CATALOGUES: Record<OtherLanguage, () => Promise<Catalogue>> = {
  'pt-BR': async () => {
    const [{ ptBR: words }, { told }] = await Promise.all([import('./pt-BR.ts'), import('./pt-BR/told.ts')])
    return { words, told }
  },
  es: async () => {
    const [{ es: words }, { told }] = await Promise.all([import('./es.ts'), import('./es/told.ts')])
    return { words, told }
  },
}

/** The names of months and weekdays in the calendar, which knows English. The key is what dayjs calls the language. */
export const CALENDARS: Record<Language, { name: string; load(): Promise<unknown> }> = {
  en: { name: 'en', load: async () => undefined },
  'pt-BR': { name: 'pt-br', load: () => import('dayjs/locale/pt-br') },
  es: { name: 'es', load: () => import('dayjs/locale/es') },
}
