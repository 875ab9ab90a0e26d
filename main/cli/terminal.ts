import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { printable, printableJson } from '../config/printable.ts'

/** Lines for people, without line breaks: the terminal adds those, and shows every control character in a line as its escape. */
export type Lines = string | readonly string[]

/** Where a command speaks: results on standard output, everything else on standard error. Nothing else in the program prints. */
export interface Terminal {
  /** The result: one JSON object with --json, lines otherwise. */
  result(value: object, text: Lines): void
  /** Why there is no result: an object with --json, and a line on standard error. */
  failure(error: { code: string; message: string; exit_code: number }): void
  /** What happens meanwhile. */
  note(text: Lines): void
  /** A file as the result: its bytes, on standard output. @throws what broke, EPIPE where the reader left */
  send(file: Readable): Promise<void>
  /** True where a person can be asked. */
  readonly interactive: boolean
  /** True where standard output is a terminal: what it shows is in no file and no journal. */
  readonly shown: boolean
  /** A question that is answered with yes or no; no is the default. */
  confirm(question: string): Promise<boolean>
}

/** `taken`: standard output carries the result itself, a file; every word goes to standard error. */
export function createTerminal(json: boolean, { taken = false } = {}): Terminal {
  const out = taken ? process.stderr : process.stdout
  return {
    result(value, text) {
      out.write(json ? `${printableJson(JSON.stringify(value))}\n` : printed(text))
    },
    failure(error) {
      if (json) out.write(`${printableJson(JSON.stringify({ error }))}\n`)
      process.stderr.write(printed(error.message))
    },
    note(text) {
      process.stderr.write(printed(text))
    },
    async send(file) {
      // A second report of the same broken pipe must not end the process without a word.
      process.stdout.on('error', () => undefined)
      await pipeline(file, process.stdout, { end: false })
    },
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    shown: process.stdout.isTTY,
    async confirm(question) {
      const { createInterface } = await import('node:readline/promises')
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        const answer = await lines.question(`${printable(question)} [y/N] `)
        return /^y(es)?$/i.test(answer.trim())
      } finally {
        lines.close()
      }
    },
  }
}

function printed(text: Lines): string {
  const lines = typeof text === 'string' ? [text] : text
  return lines.map((line) => `${printable(line)}\n`).join('')
}

/** A log line as people read it on a terminal; whole JSON lines elsewhere, for those who collect them. */
export function echoLog(line: string): void {
  if (!process.stderr.isTTY) {
    process.stderr.write(printableJson(line))
    return
  }
  const facts = JSON.parse(line) as { level?: number; msg?: string }
  const level = facts.level ?? 30
  if (level >= 40) process.stderr.write(printed(`${level >= 50 ? 'error' : 'warning'}: ${facts.msg ?? ''}`))
}
