import { sql as first } from './0001-first.ts'
import { sql as indexEarlierAnswers } from './0002-index-earlier-answers.ts'
import { sql as modelUse } from './0003-model-use.ts'
import { sql as messageCount } from './0004-message-count.ts'

/** `version` becomes the file's user_version. A released migration is never edited: a change is a new number. */
export interface Migration {
  version: number
  name: string
  sql: string
}

export const migrations: readonly Migration[] = [
  { version: 1, name: 'first', sql: first },
  { version: 2, name: 'index-earlier-answers', sql: indexEarlierAnswers },
  { version: 3, name: 'model-use', sql: modelUse },
  { version: 4, name: 'message-count', sql: messageCount },
]
