import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { Tray } from '../../test/electron/surfaces.ts'
import { en } from './texts/en.ts'
import { ptBr } from './texts/pt-br.ts'
import { createTray, lookOf, menuTemplate, type TrayState } from './tray.ts'

const state: TrayState = {
  session: 'open',
  paused: false,
  pausedUntil: null,
  attention: false,
  lastBackup: 'today, 02:00',
  backingUp: false,
  windowVisible: false,
}
const actions = () => ({
  toggleWindow: vi.fn(),
  pause: vi.fn(),
  resume: vi.fn(),
  backUpNow: vi.fn(),
  showBackups: vi.fn(),
  showSettings: vi.fn(),
  quit: vi.fn(),
})
const labels = (of: TrayState) => menuTemplate(of, en, actions()).flatMap((item) => item.label ?? [])

describe('the tray', () => {
  test('its look follows the state', () => {
    expect(lookOf(state)).toBe('connected')
    expect(lookOf({ ...state, session: 'waiting' })).toBe('connecting')
    expect(lookOf({ ...state, paused: true })).toBe('paused')
    expect(lookOf({ ...state, session: 'closed', paused: true })).toBe('attention')
    expect(lookOf({ ...state, session: 'unlinked' })).toBe('attention')
  })
  test('its menu says what is true and offers what can be done', () => {
    expect(labels(state)).toEqual([
      'Connected to WhatsApp',
      'Show Whatslang',
      'Pause all bots',
      'Pause all bots for an hour',
      'Back up now',
      'Last backup: today, 02:00',
      'Quit Whatslang',
    ])
    expect(labels({ ...state, paused: true, pausedUntil: '14:02', windowVisible: true, lastBackup: null })).toEqual([
      'Connected to WhatsApp',
      'Hide Whatslang',
      'Bots paused until 14:02',
      'Resume bots',
      'Back up now',
      'No backup yet',
      'Quit Whatslang',
    ])
  })
  test('a backup that runs cannot be started again', () => {
    const item = menuTemplate({ ...state, backingUp: true }, en, actions()).find(({ label }) => label === 'Back up now')
    expect(item?.enabled).toBe(false)
  })
  test('“for an hour” pauses for sixty minutes', () => {
    const acts = actions()
    const item = menuTemplate(state, en, acts).find(({ label }) => label === 'Pause all bots for an hour')
    item?.click?.({} as never, undefined, {} as never)
    expect(acts.pause).toHaveBeenCalledExactlyOnceWith(60)
  })
  test('it leaves no listener behind, and never collects them', () => {
    const tray = createTray({
      icon: (look) => join(import.meta.dirname, `../../build/tray/${look}-light.png`),
      texts: () => ptBr,
      state: () => state,
      actions: actions(),
    })
    const shown = Tray.current
    for (let times = 0; times < 50; times++) tray.refresh()
    expect(shown?.listenerCount('click')).toBe(1)
    expect(shown?.toolTip).toBe('Whatslang: conectado')
    tray.dispose()
    expect(shown?.listenerCount('click')).toBe(0)
    expect(Tray.current).toBeUndefined()
  })
})
