// How much memory this process may still take. A container that takes more than its limit is killed without a word, so it is asked before.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where Linux tells of its limits; tests give folders of their own. */
export interface MemorySources {
  proc: string
  cgroup: string
}
const SYSTEM: MemorySources = { proc: '/proc', cgroup: '/sys/fs/cgroup' }

interface Version {
  limit: string
  used: string
  /** In memory.stat: memory of files, which the system takes back where it is needed. */
  files: string
}
const V2: Version = { limit: 'memory.max', used: 'memory.current', files: 'inactive_file' }
const V1: Version = { limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes', files: 'total_inactive_file' }

/** Bytes: the least of what the machine, each group of the process, and its limit of address space leave. Infinity: the system does not tell. */
export function memoryLeft(sources: MemorySources = SYSTEM): number {
  return Math.min(ofMachine(sources), ofGroups(sources), ofAddressSpace(sources))
}

function ofMachine({ proc }: MemorySources): number {
  return kilobytes(read(join(proc, 'meminfo')), /^MemAvailable:\s+(\d+) kB/m)
}

function ofAddressSpace({ proc }: MemorySources): number {
  const [, limit] = /^Max address space\s+(\d+)/m.exec(read(join(proc, 'self/limits'))) ?? []
  if (limit === undefined) return Number.POSITIVE_INFINITY
  return Math.max(0, Number(limit) - kilobytes(read(join(proc, 'self/status')), /^VmSize:\s+(\d+) kB/m))
}

function ofGroups({ proc, cgroup }: MemorySources): number {
  const left = read(join(proc, 'self/cgroup'))
    .split('\n')
    .flatMap((line) => {
      const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
      if (path === undefined) return []
      if (controllers === '') return [ofGroup(cgroup, path, V2)]
      return controllers?.split(',').includes('memory') ? [ofGroup(join(cgroup, 'memory'), path, V1)] : []
    })
  return Math.min(Number.POSITIVE_INFINITY, ...left)
}

/** A group counts against those above it. Inside a container the path may be the host's, and only the root is there. */
function ofGroup(root: string, path: string, version: Version): number {
  let least = Number.POSITIVE_INFINITY
  for (let at = path; ; at = dirname(at)) {
    const file = (name: string) => read(join(root, at, name)).trim()
    const limit = file(version.limit)
    if (/^\d+$/.test(limit)) {
      const [, files = '0'] = new RegExp(`^${version.files} (\\d+)`, 'm').exec(file('memory.stat')) ?? []
      least = Math.min(least, Math.max(0, Number(limit) - Math.max(0, Number(file(version.used)) - Number(files))))
    }
    if (at === '/') return least
  }
}

const kilobytes = (text: string, pattern: RegExp): number => {
  const [, value] = pattern.exec(text) ?? []
  return value === undefined ? Number.POSITIVE_INFINITY : Number(value) * 1024
}

/** Empty where it is not there: another system, or another version of its groups. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
