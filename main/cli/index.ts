#!/usr/bin/env node
import { runCli } from './run.ts'

// What this program makes is for its user alone, also what a library makes without saying so.
process.umask(0o077)

process.exitCode = await runCli(process.argv.slice(2))
// All is closed and written. A timer that a library left behind must not keep a finished command waiting.
setTimeout(() => process.exit(), 250).unref()
