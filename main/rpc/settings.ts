import { checkRecipients } from '../backup/age/key.ts'
import { createSettingsImport } from '../config/settings-import.ts'
import { originOf } from '../llm/model-key.ts'
import { conflict, procedures } from './procedures.ts'
import type { Program } from './program.ts'

const own = procedures.settings

async function secretFacts({ secrets, modelKey }: Program) {
  const [model, passphrase] = await Promise.all([modelKey.exists(), secrets.get('backup_passphrase')])
  return { backend: secrets.backend, model_api_key: model, backup_passphrase: passphrase !== undefined }
}

/** @throws CONFLICT where the model's address is no longer the one that the key was entered for */
async function setModelKey({ modelKey, settings }: Program, value: string | null, seen: string | undefined) {
  const { base_url } = settings.get().model
  if (value !== null && seen !== undefined && originOf(seen) !== originOf(base_url)) {
    throw conflict(
      'base_url',
      `The model’s address was changed to ${originOf(base_url)} meanwhile. Look at it, then enter the key again.`,
    )
  }
  await modelKey.set(value)
  return modelKey.exists()
}

async function setPassphrase({ secrets }: Program, value: string | null) {
  if (value === null) await secrets.delete('backup_passphrase')
  else await secrets.set('backup_passphrase', value)
  return (await secrets.get('backup_passphrase')) !== undefined
}

export const settings = own.router({
  get: own.get.handler(async ({ context: { program } }) => ({
    settings: program.settings.get(),
    sources: program.settings.sources(),
    secrets: await secretFacts(program),
    repaired: [...program.settings.repaired()],
    doubt: program.settings.doubt(),
  })),
  update: own.update.handler(async ({ context: { program }, input }) => {
    const folder = input.backup?.folder
    if (typeof folder === 'string') await program.backups.checkFolder(folder)
    const encryption = input.backup?.encryption
    if (encryption?.kind === 'recipients') checkRecipients(encryption.recipients ?? [])
    return program.settings.updateByCaller(input, program.desktop ? 'desktop' : 'headless')
  }),
  confirm: own.confirm.handler(({ context: { program } }) => {
    const confirmed = program.settings.confirm()
    program.tell({ type: 'health' })
    return { confirmed }
  }),
  exportFile: own.exportFile.handler(
    ({ context }) =>
      new File([context.program.settings.exported()], 'whatslang-settings.json', { type: 'application/json' }),
  ),
  importPreview: own.importPreview.handler(({ context, input }) =>
    createSettingsImport(context.program.settings).preview(input.json),
  ),
  importFile: own.importFile.handler(({ context, input: { json, ...choice } }) =>
    createSettingsImport(context.program.settings).apply(json, choice),
  ),
  setSecret: own.setSecret.handler(async ({ context: { program }, input }) => {
    const value = input.value === '' ? null : input.value
    const set =
      input.name === 'model_api_key'
        ? await setModelKey(program, value, input.base_url)
        : await setPassphrase(program, value)
    program.data().wake()
    program.tell({ type: 'settings' })
    return { set, backend: program.secrets.backend }
  }),
  model: own.model.handler(({ context }) => context.program.model.status()),
  modelUse: own.modelUse.handler(({ context }) => context.program.data().spentToday()),
  testModel: own.testModel.handler(({ context, input }) => context.program.model.test(input ?? {})),
})
