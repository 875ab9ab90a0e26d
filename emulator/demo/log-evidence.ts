import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Larger databases belong to tests of large files, whose texts are made up by the thousand. */
const LARGEST = 50_000_000

export interface Ran {
  dataDirectory: string
  /** What it printed. */
  output: string
  /** What only it and its user know beside what its databases hold: its token, the keys in its environment. */
  secrets: string[]
}

/**
 * Where WHATSLANG_TEST_LOGS names a folder: keeps the logs of a program that has just ended, and the databases with what must not be in
 * them, for the check at the end of a test run. Synchronous, because tests remove the data directory as soon as the program is gone.
 */
export function keepLogEvidence({ dataDirectory, output, secrets }: Ran): void {
  const kept = process.env.WHATSLANG_TEST_LOGS
  if (!kept || !existsSync(dataDirectory)) return
  const folder = mkdtempSync(join(kept, 'run-'))
  const logs = join(folder, 'logs')
  mkdirSync(logs)
  writeFileSync(join(logs, 'output'), output)
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify(secrets))
  copyAll(join(dataDirectory, 'logs'), logs, () => true)
  // What was done is a record as well: it names things, and repeats no text and no secret.
  copyAll(dataDirectory, logs, (name) => /^audit\.log(\.\d)?$/.test(name))
  copyAll(dataDirectory, folder, (name) => /^(session|messages)\.db(-wal)?$/.test(name))
}

/** Secrets in the environment of a program, by their variables' names. */
export function secretsIn(env: Record<string, string | undefined>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    /^(WHATSLANG_TOKEN|WHATSLANG_BACKUP_PASSPHRASE|OPENAI_API_KEY)$/.test(name) && value ? value : [],
  )
}

function copyAll(from: string, to: string, wanted: (name: string) => boolean): void {
  for (const name of existsSync(from) ? readdirSync(from) : []) {
    const path = join(from, name)
    if (wanted(name) && statSync(path).isFile() && statSync(path).size <= LARGEST) copyFileSync(path, join(to, name))
  }
}
