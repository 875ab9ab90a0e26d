const told = Promise.withResolvers<void>()
let ready = false

/** Whether Electron is ready: once the main process's module has been evaluated, and not before (see boot.ts). */
export const readiness = {
  told: told.promise,
  reached: () => ready,
  reach() {
    ready = true
    told.resolve()
  },
  /** What Electron offers only before. */
  notYet(member: string) {
    if (ready) throw new Error(`${member} was used after the app was ready.`)
  },
  /** What it offers only from then on. */
  already(member: string) {
    if (!ready) throw new Error(`${member} was used before the app was ready.`)
  },
}
