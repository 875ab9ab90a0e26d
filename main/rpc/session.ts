import { procedures } from './procedures.ts'

const MINUTE_MS = 60_000

export const session = procedures.session.router({
  get: procedures.session.get.handler(({ context }) => context.program.session()),
  connect: procedures.session.connect.handler(async ({ context: { program } }) => {
    await program.whatsapp.connect()
    return program.session()
  }),
  pairingCode: procedures.session.pairingCode.handler(async ({ context: { program }, input }) => ({
    code: await program.whatsapp.requestPairingCode(input.phone.replace(/\D/g, '')),
  })),
  disconnect: procedures.session.disconnect.handler(async ({ context: { program } }) => {
    await program.whatsapp.disconnect()
    return program.session()
  }),
  logout: procedures.session.logout.handler(async ({ context: { program } }) => {
    await program.whatsapp.logout()
    return program.session()
  }),
  pause: procedures.session.pause.handler(({ context: { program }, input }) => {
    program.pause.set('user', input?.minutes === undefined ? null : Date.now() + input.minutes * MINUTE_MS)
    return program.session()
  }),
  resume: procedures.session.resume.handler(({ context: { program } }) => {
    program.pause.resume()
    program.whatsapp.liftPause()
    program.data().wake()
    return program.session()
  }),
})
