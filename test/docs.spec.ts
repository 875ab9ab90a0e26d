import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { freePort } from '../emulator/demo/app-process.ts'
import { parseArguments } from '../main/cli/arguments.ts'
import { openStore } from '../main/store/index.ts'

const root = join(import.meta.dirname, '..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const GUIDES = ['data', 'bots', 'server', 'cli', 'troubleshooting', 'security'].map((name) => `docs/${name}.md`)
/** Tools of the user's own that a block may need, and a machine may lack. */
const TOOLS = ['age', 'zstd', 'sqlite3', 'curl'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined)
/** About half a minute of work; a machine that does much else at the same time takes longer. */
const TIME_LIMIT = 300_000

let folder: string
beforeAll(async () => {
  await bundle()
  folder = mkdtempSync(join(tmpdir(), 'whatslang-docs-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Block {
  line: number
  script: string
}

function runnable(markdown: string): Block[] {
  return [...markdown.matchAll(/^```sh run\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: markdown.slice(0, match.index).split('\n').length + 1,
    script: match[1] ?? '',
  }))
}

test('the commands of the data guide do what it says, in its order', { timeout: TIME_LIMIT + 10_000 }, async () => {
  const blocks = runnable(read('docs/data.md'))
  expect(blocks.length).toBeGreaterThan(10)
  const possible = blocks.filter(({ script }) => !TOOLS.some((tool) => new RegExp(`\\b${tool}\\b`).test(script)))
  if (TOOLS.length > 0) {
    console.warn(`${TOOLS.join(', ')} not installed: ${blocks.length - possible.length} blocks were not run`)
  }
  seed(folder)
  const port = String(await freePort())
  const script = possible
    .map((block) => `echo 'docs/data.md:${block.line}' >&2\n${block.script.replaceAll(':8020', `:${port}`)}`)
    .join('\n')
  const { code, output } = await bash(script, port)
  expect(code, output).toBe(0)
  expect(output).toContain(`docs/data.md:${possible.at(-1)?.line}`)
})

test('every `whatslang` command in the guides is one that the command line understands', () => {
  const commands = GUIDES.flatMap((guide) =>
    [
      ...read(guide).matchAll(
        /^(?:.*[`\s])?whatslang ((?:backup|restore|export|verify|prune|doctor|serve|undo)[^`|#\n]*)/gm,
      ),
    ].map((match) => `${match[1]}`),
  )
  expect(commands.length).toBeGreaterThan(10)
  for (const command of commands) {
    const words =
      command
        .split(/\s[&>2]|\s>|[,.;:)]\s/)[0]
        ?.trim()
        .split(/\s+/) ?? []
    const options = words.filter((word) => word.startsWith('--')).map((word) => word.replace(/[.,]$/, ''))
    for (const option of options) {
      expect(
        () => parseArguments([words[0] ?? '', ...(FILES.has(words[0] ?? '') ? ['file'] : []), ...withValue(option)]),
        command,
      ).not.toThrow()
    }
  }
})

test('links between the guides lead somewhere', () => {
  for (const guide of [...GUIDES, 'README.md', 'docs/architecture.md']) {
    const here = guide.startsWith('docs/') ? join(root, 'docs') : root
    for (const [, target = ''] of read(guide).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      if (target.endsWith('.png')) continue
      expect(existsSync(join(here, target)), `${guide} links to ${target}`).toBe(true)
    }
  }
})

const FILES = new Set(['restore', 'verify'])
const WITHOUT_VALUE = new Set(['--json', '--yes', '--dry-run', '--switch-on', '--fix', '--help'])
const withValue = (option: string) => (WITHOUT_VALUE.has(option) ? [option] : [option, 'value'])

function seed(at: string): void {
  const path = join(at, 'data', 'messages.db')
  mkdirSync(join(at, 'data'), { mode: 0o700 })
  const store = openStore({ path })
  const accountId = store.accounts.link({ jid: '5511900000000:4@s.whatsapp.net' }).id
  for (let number = 0; number < 50; number++) {
    store.messages.insert({
      accountId,
      chatJid: `551190000000${number % 5}@s.whatsapp.net`,
      messageId: `SEED${number}`,
      senderJid: '',
      fromMe: false,
      sentAt: Date.now(),
      receivedAt: Date.now(),
      origin: 'live',
      kind: 'text',
      text: `Message ${number}`,
    })
  }
  store.close()
  mkdirSync(join(at, 'python-service'))
  cpSync(join(root, 'test/fixtures/compat/generation-7.db'), join(at, 'python-service', 'messages.db'))
  mkdirSync(join(at, 'bin'))
  const command = join(at, 'bin', 'whatslang')
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'out/main/cli.js')}" "$@"\n`)
  chmodSync(command, 0o755)
}

function bash(script: string, port: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      'bash',
      ['-c', `set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${script}`],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: TIME_LIMIT,
        env: {
          PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
          HOME: folder,
          WHATSLANG_PORT: port,
          // Nobody listens there: the program under test must not reach out to WhatsApp.
          WHATSLANG_EMULATOR_URL: 'ws://127.0.0.1:9',
        },
      },
    )
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += String(chunk)
      })
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
