// `npm install` silently leaves optional packages of other platforms out of the lock file where the registry at hand
// does not offer them, and `npm ci` then refuses that lock file everywhere. This puts their entries back, with the platform read
// from the name, so that one committed lock serves all platforms. Run it after every change of dependencies.
import { readFileSync, writeFileSync } from 'node:fs'

interface LockEntry {
  version?: string
  optionalDependencies?: Record<string, string>
  [key: string]: unknown
}
const file = 'package-lock.json'
const lock: { packages: Record<string, LockEntry> } = JSON.parse(readFileSync(file, 'utf8'))

const OS = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openharmony', 'sunos', 'aix']
const CPU = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32', 'universal']

let added = 0
for (const entry of Object.values({ ...lock.packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    if (path in lock.packages || !/^\d/.test(range)) continue
    const words = name.split(/[-/.]/)
    const os = OS.find((word) => words.includes(word))
    const cpu = CPU.find((word) => words.includes(word)) ?? (words.includes('wasm32') ? 'wasm32' : undefined)
    if (!os || !cpu) continue
    const libc = words.some((word) => word.startsWith('musl'))
      ? ['musl']
      : words.some((word) => word.startsWith('gnu'))
        ? ['glibc']
        : undefined
    const dev = 'dev' in entry ? { dev: true } : {}
    lock.packages[path] = { version: range, cpu: [cpu], ...dev, ...(libc ? { libc } : {}), optional: true, os: [os] }
    added++
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} entries added to ${file}`)
