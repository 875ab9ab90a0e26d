/** Everything visible that the program did through Electron, in order, for assertions; and the answers that dialogs will get. */
export const record: { act: string; facts: unknown }[] = []
export const note = (act: string, facts: unknown = null) => void record.push({ act, facts })

const answers: Record<string, unknown[]> = {}
export const scriptAnswer = (dialog: string, answer: unknown) => {
  answers[dialog] = [...(answers[dialog] ?? []), answer]
}
/** An unscripted dialog is cancelled, as a user who closes it would. */
export const nextAnswer = <T>(dialog: string, cancelled: T): T => {
  const scripted = answers[dialog]?.shift()
  return scripted === undefined ? cancelled : (scripted as T)
}
