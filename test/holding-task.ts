// A task that reads the database until somebody ends it, whatever it was asked to do: the longest check-up of the largest file.
import Database from 'better-sqlite3'
import type { ToChild } from '../main/tasks/protocol.ts'

process.on('message', (message: ToChild) => {
  if (message.type !== 'run') return
  const { path } = message.input as { path: string }
  const db = new Database(path, { readonly: true })
  db.exec('BEGIN')
  db.prepare('SELECT count(*) FROM chats').get()
  process.send?.({ type: 'progress', progress: { step: 'holding', done: 0, total: null } })
})
process.on('disconnect', () => process.exit(1))
process.send?.({ type: 'ready' })
