import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { fakeOutbound } from '../../test/bots/world.ts'
import { resolveConfig } from '../config/config.ts'
import { createSettings } from '../config/settings.ts'
import { createPause } from '../pause/pause.ts'
import { openData } from './open-data.ts'

test('what was opened and closed again is woken by nobody: a restore that failed goes on with another database', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'open-data-'))
  try {
    const clock = { now: Date.now, monotonic: () => performance.now() }
    const config = resolveConfig({
      env: {},
      cwd: folder,
      dataDirectory: folder,
      defaultDataDirectory: folder,
      packaged: true,
    })
    const logged: string[] = []
    const outbound = fakeOutbound()
    const pause = createPause({ clock })
    const open = () =>
      openData({
        config,
        clock,
        settings: createSettings({
          path: config.settings,
          open: () => ({ store: {} }),
          environment: {},
          now: Date.now,
        }),
        model: { complete: async () => '' } as unknown as Parameters<typeof openData>[0]['model'],
        outbound: outbound.port,
        pause,
        matching: { find: async () => null, problem: async () => undefined },
        serverNow: Date.now,
        onChange: () => undefined,
        notify: () => undefined,
        log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
      })
    pause.hold('restore')
    open().close()
    expect(outbound.listeners()).toBe(0)
    const data = open()
    const listening = outbound.listeners()
    pause.lift('restore')
    outbound.setReady(true)
    await sleep(50)
    expect(logged).toEqual([])
    expect(listening).toBeGreaterThan(0)
    await data.quiesce()
    data.close()
    pause.dispose()
    expect(outbound.listeners()).toBe(0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
