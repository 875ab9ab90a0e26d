#!/usr/bin/env node
import { reportStuck, runCli } from './run.ts'

// What this program makes is for its user alone, also what a library makes without saying so.
process.umask(0o077)

const words = process.argv.slice(2)
// No await here: a command that waits for something that can no longer happen would end with Node's own 13 and no word of ours.
void runCli(words).then((code) => {
  process.off('beforeExit', onNothingLeft)
  process.exitCode = code
  // All is closed and written. A timer that a library left behind must not keep a finished command waiting.
  setTimeout(() => process.exit(), 250).unref()
})
process.once('beforeExit', onNothingLeft)

function onNothingLeft(): void {
  process.exitCode = reportStuck(words)
}
