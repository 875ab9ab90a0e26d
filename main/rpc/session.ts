import { invalid, procedures } from './procedures.ts'

/** E.164 allows 15 digits; 6 digits are fewer than any number with its country code has. */
const NUMBER = /^\d{6,15}$/

export const session = procedures.session.router({
  get: procedures.session.get.handler(({ context }) => context.program.session()),
  connect: procedures.session.connect.handler(async ({ context: { program } }) => {
    await program.whatsapp.connect()
    return program.session()
  }),
  pairingCode: procedures.session.pairingCode.handler(async ({ context: { program }, input }) => {
    const digits = input.phone.replace(/\D/g, '')
    if (!NUMBER.test(digits)) {
      throw invalid('phone', 'Give the number with its country code, for example +55 11 99999 0001.')
    }
    return { code: await program.whatsapp.requestPairingCode(digits) }
  }),
  disconnect: procedures.session.disconnect.handler(async ({ context: { program } }) => {
    await program.whatsapp.disconnect()
    return program.session()
  }),
  logout: procedures.session.logout.handler(async ({ context: { program } }) => {
    await program.whatsapp.logout()
    return program.session()
  }),
  pause: procedures.session.pause.handler(({ context: { program }, input }) => {
    program.pause.byUser(input?.minutes)
    return program.session()
  }),
  resume: procedures.session.resume.handler(({ context: { program } }) => {
    program.pause.resume()
    return program.session()
  }),
})
