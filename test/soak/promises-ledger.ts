import type { Contact, Said } from '../../emulator/index.ts'

export interface Question {
  said: Said
  /** Who reads the answer. */
  readers: Contact[]
  bots: readonly string[]
  /** too-old: no bot may answer it. maybe: a restore ran while it was on its way. must: nothing excuses silence. */
  answer: 'must' | 'maybe' | 'never'
  /** The server's time at which it was sent, ms. */
  sentAt: number
  /** When a restore was done that it is older than: no bot thinks of it after that. */
  closedAt?: number
}

/** A model may be at it when the restore begins, and the server's seconds are cut. */
const MARGIN_MS = 1_000

interface Undo {
  /** What stood in the history when the restore began. */
  safety: ReadonlySet<string>
  /** Questions from this one on came since. */
  from: number
}

/**
 * What people said, and what they may expect of a program that keeps both promises. It knows nothing of how the program does it: it is told what
 * was said and which backup was restored, and judges what people can read and what the history holds.
 */
export function createLedger() {
  const questions: Question[] = []
  /** Ids that the history must hold once everything under way has arrived. */
  let here = new Set<string>()
  let undo: Undo | undefined
  let restores = 0
  const thoughtOf: Question[] = []
  /** Questions before this one have been judged: they were asked before the last restore. */
  let open = 0

  const ids = (from: number) => questions.slice(from).map(({ said }) => said.id)
  /** Whatever is not answered by now may stay without an answer: a restore answers nothing older than itself. */
  const excuse = () => {
    for (const question of questions.slice(open)) if (question.answer === 'must') question.answer = 'maybe'
    open = questions.length
  }

  return {
    questions: questions as readonly Question[],
    get here(): ReadonlySet<string> {
      return here
    },
    get canUndo() {
      return undo !== undefined
    },
    said(question: Question): void {
      questions.push(question)
      here.add(question.said.id)
    },
    /** The server brought it again. */
    saidAgain({ said }: Question): void {
      here.add(said.id)
    },
    /** To be called before a restore or its undoing begins; what it returns ends it. */
    begin() {
      const before = new Set(here)
      const from = questions.length
      const last = undo
      const began = Date.now()
      const close = () => {
        for (const question of questions.slice(0, from)) {
          if (question.sentAt < began - MARGIN_MS) question.closedAt ??= Date.now()
        }
      }
      return {
        restored(mode: 'replace' | 'merge', backup: ReadonlySet<string>): void {
          // What is on its way meanwhile reaches the one database or the other.
          here = mode === 'merge' ? new Set([...here, ...backup]) : new Set(backup)
          undo = { safety: before, from }
          restores++
          excuse()
          close()
        },
        undone(): void {
          if (last === undefined) throw new Error('There was nothing to undo.')
          here = new Set([...last.safety, ...ids(last.from)])
          undo = { safety: before, from }
          restores++
          excuse()
          close()
        },
      }
    },
    /** A model was asked this. */
    thought(text: string): void {
      const question = questions.find(({ said }) => said.text === text)
      if (question?.closedAt !== undefined && Date.now() > question.closedAt + MARGIN_MS) thoughtOf.push(question)
    },
    /** Older than a restore, and a bot thought of it all the same. */
    thoughtOf: thoughtOf as readonly Question[],
    /** What must be answered and is not yet. */
    unanswered: () => questions.slice(open).filter((question) => question.answer === 'must' && !isAnswered(question)),
    missing: (history: ReadonlySet<string>) => [...here].filter((id) => !history.has(id)),
    /** As people see it: an answer more than one, other words for the same, or words about what is long past. */
    saidTwice: () => questions.filter((question) => answersOf(question).some((texts) => texts.length > 1)),
    wronglyAnswered: () =>
      questions.filter(
        (question) => question.answer === 'never' && answersOf(question).some((texts) => texts.length > 0),
      ),
    answered: () => questions.filter((question) => answersOf(question).some((texts) => texts.length > 0)).length,
    get restores() {
      return restores
    },
  }
}
export type Ledger = ReturnType<typeof createLedger>

/** The texts with which each bot answered, for each reader. */
const answersOf = ({ said, readers, bots }: Question): string[][] =>
  readers.flatMap(({ inbox }) => {
    const texts = inbox.answersTo(said).map(({ text }) => text)
    return bots.map((bot) => texts.filter((text) => text.startsWith(bot)))
  })

const isAnswered = (question: Question): boolean => answersOf(question).every((texts) => texts.length > 0)
