import { en } from './en.ts'
export const ptBR = en
