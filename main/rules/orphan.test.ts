// The process of the rules ends with the program, also where the program is killed while a message is being matched.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'

const program = `
  const { createForkTasks } = await import(${JSON.stringify(new URL('../tasks/fork.ts', import.meta.url).href)})
  const { createRuleMatching } = await import(${JSON.stringify(new URL('rule-matching.ts', import.meta.url).href)})
  const regex = (pattern) => ({ match: 'regex', pattern, case_sensitive: false })
  const { find } = createRuleMatching({ tasks: createForkTasks() })
  await find([regex('ok')], 'ok')
  // Compiles for a while.
  const slow = Array.from({ length: 10 }, (_, n) => regex('(?:[\\\\p{L}\\\\p{N}]{1,30}){1,30}'.repeat(14) + n))
  const work = find(slow, 'ok')
  setImmediate(() => console.log('matching'))
  await work
  await new Promise((resolve) => setTimeout(resolve, 60_000))
`

it.skipIf(process.platform !== 'linux')(
  'ends when the program is killed in the middle of a message',
  { timeout: 60_000 },
  async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(parent.stdout, 'data')
      const children = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim().split(' ')
      expect(children).toHaveLength(1)
      parent.kill('SIGKILL')
      await once(parent, 'exit')
      const isThere = () => existsSync(`/proc/${children[0]}`) && !/^State:\s+Z/m.test(status(children[0]))
      await vi.waitFor(() => expect(isThere()).toBe(false), { timeout: 30_000 })
    } finally {
      parent.kill('SIGKILL')
    }
  },
)

function status(pid: string | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return 'State:\tZ' // It ended between the two looks.
  }
}
