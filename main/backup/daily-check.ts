import type { Clock, Notice } from '../ports.ts'
import type { Entry } from './catalogue.ts'

const LOOK_EVERY_MS = 10 * 60_000
const DAY = 86_400_000

export interface DailyCheckDeps {
  clock: Pick<Clock, 'now'>
  last(): number | null
  setLast(at: number): Promise<void>
  /** Looks at the folder; what cannot be seen today stays as it was seen last. */
  look(): Promise<void>
  /** Files that look like backups and that the catalogue does not know. */
  unknown(): string[]
  entries(): readonly Entry[]
  /** Rejections are told by whoever verifies. */
  verify(id: string): Promise<void>
  overdue(): boolean
  notify(notice: Notice): void
}

/** Once a day one old backup is restored again, the one whose proof is oldest: disks forget silently. Alarms when none is fresh. */
export function createDailyCheck(deps: DailyCheckDeps) {
  let timer: NodeJS.Timeout | undefined
  let told = false
  let running = false
  const asked = new Set<string>()

  function next(): string | undefined {
    const unknown = deps.unknown().find((name) => !asked.has(name))
    if (unknown !== undefined) return unknown
    const now = deps.clock.now()
    return deps
      .entries()
      .filter((entry) => entry.encryption !== 'recipients' && now - (entry.verified_at ?? 0) > DAY)
      .toSorted((a, b) => (a.verified_at ?? 0) - (b.verified_at ?? 0))[0]?.id
  }
  async function look(): Promise<void> {
    if (running) return
    running = true
    try {
      await deps.look()
      const overdue = deps.overdue()
      if (overdue && !told) {
        const body = 'No backup was made and proven for longer than the settings allow. Open the page to see why.'
        deps.notify({ code: 'backup-overdue', title: 'Backups are overdue', body, page: '/backups' })
      }
      told = overdue
      const now = deps.clock.now()
      const last = deps.last()
      if (last !== null && last <= now && now - last < DAY) return
      const id = next()
      if (id === undefined) return
      asked.add(id)
      await deps.setLast(now)
      await deps.verify(id).catch(() => undefined) // told by the one who verifies
    } finally {
      running = false
    }
  }
  return {
    look,
    start(): void {
      timer ??= setInterval(() => void look(), LOOK_EVERY_MS).unref()
    },
    dispose(): void {
      clearInterval(timer)
    },
  }
}
