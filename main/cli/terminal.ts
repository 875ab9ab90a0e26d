/** Where a command speaks: results on standard output, everything else on standard error. */
export interface Terminal {
  /** The result: one JSON object with --json, sentences otherwise. */
  result(value: object, text: string): void
  /** What happens meanwhile. */
  note(text: string): void
  /** True where somebody can be asked. */
  readonly interactive: boolean
  /** A question that is answered with yes or no; no is the default. */
  confirm(question: string): Promise<boolean>
}

export function createTerminal(json: boolean): Terminal {
  const interactive = process.stdin.isTTY && process.stderr.isTTY
  return {
    result(value, text) {
      process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`)
    },
    note(text) {
      process.stderr.write(`${text}\n`)
    },
    interactive,
    async confirm(question) {
      const { createInterface } = await import('node:readline/promises')
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        const answer = await lines.question(`${question} [y/N] `)
        return /^y(es)?$/i.test(answer.trim())
      } finally {
        lines.close()
      }
    },
  }
}

/** A log line as people read it on a terminal; whole JSON lines elsewhere, for those who collect them. */
export function echoLog(line: string): void {
  if (!process.stderr.isTTY) {
    process.stderr.write(line)
    return
  }
  const facts = JSON.parse(line) as { level?: number; msg?: string }
  const level = facts.level ?? 30
  if (level >= 40) process.stderr.write(`${level >= 50 ? 'error' : 'warning'}: ${facts.msg ?? ''}\n`)
}
