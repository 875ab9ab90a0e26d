import { procedures } from './procedures.ts'
import type { Program } from './program.ts'

const own = procedures.settings

async function secretFacts({ secrets }: Program) {
  const [model, passphrase] = await Promise.all([secrets.get('model_api_key'), secrets.get('backup_passphrase')])
  return { backend: secrets.backend, model_api_key: model !== undefined, backup_passphrase: passphrase !== undefined }
}

export const settings = own.router({
  get: own.get.handler(async ({ context: { program } }) => ({
    settings: program.settings.get(),
    sources: program.settings.sources(),
    secrets: await secretFacts(program),
    repaired: [...program.settings.repaired()],
  })),
  update: own.update.handler(async ({ context: { program }, input }) => {
    const folder = input.backup?.folder
    if (typeof folder === 'string') await program.backups.checkFolder(folder)
    return program.settings.update(input)
  }),
  exportFile: own.exportFile.handler(
    ({ context }) =>
      new File([context.program.settings.exported()], 'whatslang-settings.json', { type: 'application/json' }),
  ),
  importFile: own.importFile.handler(({ context, input }) => context.program.settings.imported(input.json)),
  setSecret: own.setSecret.handler(async ({ context: { program }, input }) => {
    if (input.value === null || input.value === '') await program.secrets.delete(input.name)
    else await program.secrets.set(input.name, input.value)
    program.data().wake()
    return { set: (await program.secrets.get(input.name)) !== undefined, backend: program.secrets.backend }
  }),
  model: own.model.handler(({ context }) => context.program.model.status()),
  testModel: own.testModel.handler(({ context, input }) => context.program.model.test(input ?? {})),
})
