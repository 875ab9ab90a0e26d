// Writes out/THIRD-PARTY-NOTICES.txt: every package whose code ships, in node_modules or inside the page's bundle, with its licence.
// A shipped package with no known licence fails the build.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shippedPackages } from './shipped.ts'

const root = join(import.meta.dirname, '..')

function licenceText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying|notice)/i.test(name))
  if (file) return readFileSync(join(folder, file), 'utf8').trim()
  const readme = readdirSync(folder).find((name) => /^readme/i.test(name))
  return readme && /##? licen[cs]e[\s\S]*/i.exec(readFileSync(join(folder, readme), 'utf8'))?.[0]?.trim()
}

const parts = [
  'Whatslang is free software under the GNU General Public License, version 3 or later (LICENSE).',
  'It contains the following works of others.',
]
const unknown: string[] = []
for (const [key, { manifest, folder }] of shippedPackages()) {
  const author = typeof manifest.author === 'string' ? manifest.author : manifest.author?.name
  const text = licenceText(folder)
  if (!manifest.license && !text) unknown.push(key)
  parts.push(
    `${'='.repeat(78)}\n${key}\nLicence: ${manifest.license ?? 'see below'}${author ? `\nBy: ${author}` : ''}\n\n${text ?? ''}`,
  )
}
if (unknown.length > 0) throw new Error(`No licence is known for: ${unknown.join(', ')}`)
mkdirSync(join(root, 'out'), { recursive: true })
writeFileSync(join(root, 'out', 'THIRD-PARTY-NOTICES.txt'), `${parts.join('\n\n')}\n`)
console.error(`notices: ${parts.length - 2} packages`)
