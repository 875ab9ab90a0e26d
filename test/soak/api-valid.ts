import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { faultOf } from '../fuzz/judge.ts'
import type { Link } from '../fuzz/link.ts'
import { proceduresOfContract } from '../fuzz/procedures.ts'
import type { AttackedDesktop, AttackedHeadless } from '../security/attacked.ts'

/** The calls that destroy or replace something, each with valid input and in an order that makes sense. Returns what went wrong. */
export async function validRound(host: AttackedHeadless | AttackedDesktop, link: Link): Promise<string[]> {
  const faults: string[] = []
  const procedures = new Map(proceduresOfContract().map((procedure) => [procedure.name, procedure]))
  async function call(name: string, input?: unknown, refused = false): Promise<Record<string, unknown>> {
    const procedure = procedures.get(name)
    if (!procedure) throw new Error(`The contract has no ${name}.`)
    const answer = await link.call(procedure.path, input)
    const fault = faultOf(procedure, answer)
    if (fault !== undefined) faults.push(fault)
    else if (answer.status >= 300 && !refused)
      faults.push(`${name} was refused: ${JSON.stringify(answer.body).slice(0, 200)}`)
    return Object(Object(answer.body).json) as Record<string, unknown>
  }
  const answer = (dialog: string, value: unknown) =>
    host.kind === 'desktop' ? host.host.call('answer', JSON.stringify({ dialog, value })) : Promise.resolve()

  const { id } = await call('backups.create', { format: 'sql.gz' })
  await call('backups.verify', { id })
  const { upload } = await call('restore.fromBackup', { id })
  await call('restore.preview', { upload })
  await call('restore.apply', { upload })
  await call('restore.undo', {})
  for (const format of ['db', 'sql.gz', 'json']) await call('exports.download', { format })
  await call('chats.bulk', { jids: ['15550007101@s.whatsapp.net'], action: 'delete' })
  await call('data.vacuum')
  await call('data.applyRetention')
  await call('backups.prune', { dry_run: false })
  // Refused where no account is linked.
  await call('session.logout', undefined, true)
  await call('data.reset', { confirmation: 'delete everything' })
  if (host.kind === 'desktop') {
    const moved = join(host.sandbox.folder, 'user', 'moved')
    mkdirSync(moved)
    await answer('open', moved)
    await call('host.pickDataFolder')
    await answer('save', join(host.sandbox.folder, 'user', 'export.json'))
    await call('exports.save', { format: 'json' })
  }
  return faults
}
