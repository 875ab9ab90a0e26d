import { rm, writeFile } from 'node:fs/promises'
import type { AgeKey } from '../backup/age/key.ts'
import { previewSchedule } from '../backup/schedule-preview.ts'
import { sendTemporary } from './open-file.ts'
import { invalid, notFound, procedures, unavailable } from './procedures.ts'

const list = procedures.backups
const back = procedures.restore
const out = procedures.exports

export const backups = list.router({
  list: list.list.handler(({ context }) => context.program.backups.list()),
  create: list.create.handler(({ context, input }) => {
    const { recipients, passphrase, ...options } = definedOf(input)
    if (recipients && passphrase !== undefined) {
      throw invalid('encryption', 'Encrypt a backup to recipients or with a passphrase, not both. No backup was made.')
    }
    const key: AgeKey | undefined = recipients
      ? { kind: 'recipients', recipients }
      : passphrase === undefined
        ? undefined
        : { kind: 'passphrase', passphrase }
    return context.program.backups.create({ ...options, ...(key && { key }), reason: 'manual' })
  }),
  file: list.file.handler(async ({ context, input }) => {
    const path = await context.program.backups.checkout(input.id)
    if (path === undefined) throw notFound('backup', input.id, `There is no backup named ${input.id}. Reload the list.`)
    return sendTemporary(path, input.id)
  }),
  verify: list.verify.handler(({ context, input: { id, ...secrets } }) =>
    context.program.backups.verify(id, definedOf(secrets)),
  ),
  pin: list.pin.handler(({ context, input }) => context.program.backups.pin(input.id, input.pinned)),
  remove: list.remove.handler(async ({ context, input }) => ({
    removed: await context.program.backups.remove(input.id),
  })),
  prune: list.prune.handler(({ context, input }) => context.program.backups.prune({ dryRun: input?.dry_run ?? true })),
  drill: list.drill.handler(({ context, input }) => context.program.backups.drill(definedOf(input))),
  drills: list.drills.handler(({ context }) => context.program.backups.drills()),
  schedule: list.schedule.handler(({ context: { program }, input }) =>
    previewSchedule(input?.expression ?? program.settings.get().backup.schedule, Date.now()),
  ),
  renewFolder: list.renewFolder.handler(({ context }) => context.program.backups.renewFolder()),
  status: list.status.handler(({ context }) => context.program.backups.status()),
})

export const restore = back.router({
  upload: back.upload.handler(async ({ context, input }) => {
    // Over HTTP the host streams the body to the disk before it comes here; this serves the other transports.
    const { body, query } = input
    const { restore } = context.program
    const path = await restore.uploadPath()
    try {
      await writeFile(path, body.stream(), { mode: 0o600, flag: 'wx' })
      return await restore.register(path, { name: query?.name ?? body.name, owned: true })
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }),
  pick: back.pick.handler(async ({ context: { program } }) => {
    if (!program.desktop)
      throw unavailable('file picker', 'Only the desktop program has a file picker. Upload the file instead.')
    const path = await program.desktop.pickFile('restore')
    return path === undefined ? null : program.restore.register(path)
  }),
  fromBackup: back.fromBackup.handler(async ({ context: { program }, input }) => {
    const path = program.backups.pathOf(input.id)
    if (path === undefined) throw notFound('backup', input.id, `There is no backup named ${input.id}. Reload the list.`)
    return program.restore.register(path)
  }),
  preview: back.preview.handler(({ context, input: { upload, ...options } }) =>
    context.program.restore.preview(upload, options),
  ),
  chats: back.chats.handler(({ context, input: { upload, ...query } }) => context.program.restore.chats(upload, query)),
  apply: back.apply.handler(({ context, input: { upload, ...options } }) =>
    context.program.restore.apply(upload, options),
  ),
  discard: back.discard.handler(async ({ context, input }) => ({
    removed: await context.program.restore.discard(input.upload),
  })),
  undo: back.undo.handler(({ context, input }) => context.program.restore.undo(definedOf(input))),
  canUndo: back.canUndo.handler(({ context }) => context.program.restore.canUndo()),
})

export const exports = out.router({
  download: out.download.handler(async ({ context: { program }, input, signal }) => {
    const temporary = await program.scratch.path()
    const { path, name } = await program.export(input.format, input.chat, temporary, signal)
    return sendTemporary(path, name)
  }),
  save: out.save.handler(async ({ context: { program }, input }) => {
    if (!program.desktop)
      throw unavailable('save dialog', 'Only the desktop program can ask where to save. Download the file instead.')
    const suggested = `whatslang-export.${input.format === 'python-db' ? 'db' : input.format}`
    const path = await program.desktop.pickSavePath(suggested)
    if (path === undefined) return null
    const { bytes } = await program.export(input.format, input.chat, path)
    return { path, bytes }
  }),
})

function definedOf<T extends object>(input: T | undefined): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(input ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> }
}
