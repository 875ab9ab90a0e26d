import type { Dialog } from 'electron'
import type { OfferedBackup, Recovery, RecoveryOffers } from '../backup/restore/recovery.ts'
import { recoveryTexts } from './texts/recovery.ts'

export interface RecoverDeps {
  dialog: Pick<Dialog, 'showMessageBox'>
  locale(): string
  /** True where the database itself is what is wrong. */
  isDamaged(): boolean
  /** Takes the data directory for the time of a recovery. */
  begin(): Promise<{ recovery: Recovery; end(): Promise<void> }>
  log: { error(facts: object, message: string): void; warn(facts: object, message: string): void }
}
type Choice = 'restore' | 'salvage' | 'quit'

/**
 * Opens the program; where its database is damaged, a person chooses: the newest proven backup, what is still readable, or to leave everything as it
 * is. Nothing is deleted in any case, and nothing happens by itself. Undefined: they chose to quit.
 */
export async function openOrRecover<T>(deps: RecoverDeps, open: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    try {
      return await open()
    } catch (error) {
      if (!deps.isDamaged()) throw error
      deps.log.error({ err: error }, 'the database cannot be opened')
    }
    const { recovery, end } = await deps.begin()
    try {
      if (!(await recover(deps, recovery))) return undefined
    } finally {
      await end()
    }
  }
}

/** False: leave it as it is. */
async function recover(deps: RecoverDeps, recovery: Recovery): Promise<boolean> {
  const offers = await recovery.offers()
  for (;;) {
    const choice = await ask(deps, offers)
    if (choice === 'quit') return false
    try {
      const kept =
        choice === 'restore' && offers.backup !== null
          ? await restore(recovery, offers.backup)
          : (await recovery.salvage()).safety_backup
      deps.log.warn({ choice }, 'a damaged database was replaced')
      const texts = recoveryTexts(deps.locale())
      await deps.dialog.showMessageBox({
        type: 'info',
        message: choice === 'restore' ? texts.restored : texts.salvaged,
        detail: texts.kept(kept),
        buttons: [texts.goOn],
      })
      return true
    } catch (error) {
      deps.log.error({ err: error, choice }, 'a recovery failed')
      await tellFailure(deps, error)
    }
  }
}

async function restore(recovery: Recovery, backup: OfferedBackup): Promise<string> {
  const { upload } = await recovery.restore.register(backup.path)
  try {
    return (await recovery.restore.apply(upload, { mode: 'replace', switch_on: false })).safety_backup
  } finally {
    await recovery.restore.discard(upload)
  }
}

async function ask({ dialog, locale }: RecoverDeps, offers: RecoveryOffers): Promise<Choice> {
  const words = recoveryTexts(locale())
  const choices: Choice[] = []
  const buttons: string[] = []
  const detail = [offers.problem]
  if (offers.backup !== null) {
    choices.push('restore')
    buttons.push(words.restore)
    const made = new Date(offers.backup.created_at).toLocaleString(locale(), {
      dateStyle: 'medium',
      timeStyle: 'short',
    })
    detail.push(words.backup(made, offers.backup.missing))
  } else detail.push(words.noBackup)
  if (offers.salvage !== null) {
    choices.push('salvage')
    buttons.push(words.salvage)
    detail.push(words.readable(readable(offers.salvage)))
  } else detail.push(words.nothingReadable)
  detail.push(words.nothingDeleted)
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: words.title,
    detail: detail.join('\n\n'),
    buttons: [...buttons, words.quit],
    defaultId: 0,
    cancelId: buttons.length,
    noLink: true,
  })
  return choices[response] ?? 'quit'
}

function readable({ tables }: NonNullable<RecoveryOffers['salvage']>) {
  const lost = Object.values(tables).reduce((sum, { missing }) => sum + (missing ?? 0), 0)
  return { chats: tables.chats?.rows ?? 0, messages: tables.messages?.rows ?? 0, lost }
}

async function tellFailure({ dialog, locale }: RecoverDeps, error: unknown): Promise<void> {
  const words = recoveryTexts(locale())
  await dialog.showMessageBox({
    type: 'error',
    message: words.failed,
    detail: [error instanceof Error ? error.message : '', words.nothingDeleted].filter(Boolean).join('\n\n'),
    buttons: [words.goOn],
  })
}
