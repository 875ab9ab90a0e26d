import { type Language, languageOf } from '../../../preload/contract/languages.ts'
import { en, type Texts } from './en.ts'
import { es } from './es.ts'
import { ptBr } from './pt-br.ts'

export const TEXTS: Record<Language, Texts> = { en, 'pt-BR': ptBr, es }
export const textsOf = (locale: string): Texts => TEXTS[languageOf(locale)]
