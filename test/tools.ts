import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromiumPath } from './chromium.ts'

interface Tool {
  /** As tests call it. */
  command: string
  /** Debian's packages that bring it. */
  packages: readonly string[]
  present(): boolean
  /** Without it the tests cannot run. Tests that want one of the others are skipped, and say so. */
  needed: boolean
}

const onPath = (command: string): boolean =>
  (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, command)))
const tool = (command: string, needed: boolean): Tool => ({
  command,
  packages: [command],
  present: () => onPath(command),
  needed,
})

/** What the tests drive or compare with. */
const TOOLS: readonly Tool[] = [
  {
    command: 'chromium',
    packages: ['chromium', 'fonts-noto-core', 'fonts-noto-color-emoji'],
    present: () => chromiumPath() !== undefined,
    needed: true,
  },
  tool('sqlite3', true),
  tool('python3', true),
  tool('age', false),
  tool('bindfs', false),
  tool('curl', false),
  tool('nginx', false),
  tool('openssl', false),
  tool('strace', false),
  tool('zstd', false),
]

export const TOOL_COMMANDS: readonly string[] = TOOLS.map(({ command }) => command)

/**
 * Installs through apt what is missing where we may; where a needed tool stays away, says in one sentence what to do, and ends.
 * `needs`: of the chosen files; all of them otherwise.
 */
export function ensureTools(needs?: { browser: boolean; commands: readonly string[] }): void {
  const wanted = TOOLS.filter(
    ({ command }) => !needs || (command === 'chromium' ? needs.browser : needs.commands.includes(command)),
  )
  const missing = (): Tool[] => wanted.filter((one) => !one.present())
  const packages = missing().flatMap((one) => one.packages)
  if (packages.length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`Installing through apt, once: ${packages.join(', ')}.`)
    // RUNLEVEL keeps a service that comes with a package (nginx) from being started.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    const options = { stdio: 'inherit', env } as const
    spawnSync('apt-get', ['update', '-qq'], options)
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options)
  }
  const needed = missing().filter((one) => one.needed)
  if (needed.length === 0) return
  const names = needed.map((one) => one.packages[0] ?? '')
  console.error(`The tests need ${names.join(', ')}. Install what is missing: apt-get install ${names.join(' ')}`)
  process.exit(1)
}
