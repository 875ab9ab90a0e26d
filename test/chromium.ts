import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser that the tests drive. */
export const chromiumPath = (): string | undefined => process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place))

/** Installs Debian's Chromium where it is missing and we may; otherwise says in one sentence what to do, and ends. */
export function ensureChromium(): void {
  if (chromiumPath()) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Chromium through apt, once.')
    const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const
    spawnSync('apt-get', ['update', '-qq'], options)
    spawnSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-core', 'fonts-noto-color-emoji'],
      options,
    )
    if (chromiumPath()) return
  }
  console.error('The tests need Chromium: install it (apt-get install chromium), or name its binary in CHROMIUM.')
  process.exit(1)
}
