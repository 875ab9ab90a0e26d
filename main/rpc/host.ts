import { createChangeQueue } from './change-queue.ts'
import { procedures, unavailable } from './procedures.ts'
import type { Program } from './program.ts'

const own = procedures.host

function desktopOf(program: Program) {
  if (!program.desktop)
    throw unavailable('desktop', 'Only the desktop program can do this. Here, do it in your browser or shell.')
  return program.desktop
}

export const host = own.router({
  info: own.info.handler(({ context }) => context.program.host()),
  openLogs: own.openLogs.handler(async ({ context }) => ({ opened: await desktopOf(context.program).openLogs() })),
  openLink: own.openLink.handler(async ({ context, input }) => {
    await desktopOf(context.program).openExternal(input.url)
    return { opened: true }
  }),
  pickDataFolder: own.pickDataFolder.handler(async ({ context }) => {
    const desktop = desktopOf(context.program)
    const path = await desktop.pickFolder('data')
    if (path === undefined) return { path: null, restart_needed: false }
    desktop.moveData(path)
    return { path, restart_needed: true }
  }),
  pickBackupFolder: own.pickBackupFolder.handler(async ({ context: { program } }) => {
    const path = await desktopOf(program).pickFolder('backups')
    if (path === undefined) return { path: null }
    await program.backups.checkFolder(path)
    program.settings.update({ backup: { folder: path } })
    return { path }
  }),
  changeUpdateFeed: own.changeUpdateFeed.handler(async ({ context: { program }, input }) => {
    const changed = await desktopOf(program).confirmUpdateFeed(input.url)
    if (changed) program.settings.update({ desktop: { update_feed: input.url } })
    return { changed }
  }),
  logs: own.logs.handler(({ context, input }) => context.program.recentLog(input?.limit ?? 200)),
})

export const tasks = procedures.tasks.router({
  list: procedures.tasks.list.handler(({ context }) => context.program.tasks.list()),
  cancel: procedures.tasks.cancel.handler(({ context, input }) => ({
    cancelled: context.program.tasks.cancel(input.id),
  })),
})

export const events = procedures.events.router({
  watch: procedures.events.watch.handler(async function* ({ context: { program }, signal }) {
    const queue = createChangeQueue()
    const leave = program.onChange(queue.push)
    const close = () => queue.close()
    signal?.addEventListener('abort', close)
    try {
      // Whoever comes (again) may have missed something.
      yield { type: 'resync' as const }
      for (let event = await queue.next(); event; event = await queue.next()) yield event
    } finally {
      signal?.removeEventListener('abort', close)
      leave()
      queue.close()
    }
  }),
})
