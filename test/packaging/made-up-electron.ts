import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPackage } from '@electron/asar'
import { FuseV1Options } from '@electron/fuses'

/** What the fuse wire of Electron's binary begins with; @electron/fuses looks for it. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** A folder that electron-builder takes for a Linux distribution of Electron: a stub with a fuse wire, and the files that it expects beside. */
export async function makeUpElectron(folder: string, version: string): Promise<string> {
  mkdirSync(join(folder, 'locales'), { recursive: true })
  mkdirSync(join(folder, 'resources'), { recursive: true })
  const fuses = Object.values(FuseV1Options).filter((value) => typeof value === 'number').length
  const binary = Buffer.concat([
    Buffer.from(`#!/bin/sh\nexit 0\n#${SENTINEL}`),
    Buffer.from([1, fuses]),
    Buffer.from(`${'1'.repeat(fuses)}\n`),
  ])
  writeFileSync(join(folder, 'electron'), binary, { mode: 0o755 })
  writeFileSync(join(folder, 'version'), version)
  for (const file of [
    'LICENSE',
    'LICENSES.chromium.html',
    'chrome_100_percent.pak',
    'locales/en-US.pak',
    'locales/pt-BR.pak',
  ]) {
    writeFileSync(join(folder, file), 'made up')
  }
  const empty = mkdtempSync(join(tmpdir(), 'whatslang-asar-'))
  writeFileSync(join(empty, 'main.js'), '')
  await createPackage(empty, join(folder, 'resources', 'default_app.asar'))
  return folder
}
