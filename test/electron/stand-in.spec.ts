import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ipcMain } from './ipc.ts'
import { strict } from './strict.ts'
import * as surfaces from './surfaces.ts'

const types = readFileSync(join(import.meta.dirname, '../../node_modules/electron/electron.d.ts'), 'utf8')

/** The members of an interface or class in electron.d.ts, without a compiler: the block's lines of one indentation. */
function membersOf(name: string): Set<string> {
  const start = types.search(new RegExp(`^  (interface|class) ${name}\\b`, 'm'))
  const block = types.slice(start, types.indexOf('\n  }', start))
  return new Set([...block.matchAll(/^ {4}(?:static |readonly )*(\w+)[(?:]/gm)].map((match) => match[1] ?? ''))
}

const own = (object: object) =>
  Object.getOwnPropertyNames(object).filter((name) => !['constructor', 'length', 'prototype', 'name'].includes(name))

describe('the stand-in for Electron', () => {
  test.each([
    ['Dialog', surfaces.dialog],
    ['Shell', surfaces.shell],
    ['SafeStorage', surfaces.safeStorage],
    ['Screen', surfaces.screen],
    ['Menu', surfaces.Menu],
    ['NativeImage', surfaces.nativeImage],
  ])('has no member that %s lacks', (name, object) => {
    const real = name === 'NativeImage' ? new Set([...membersOf('NativeImage'), 'createFromPath']) : membersOf(name)
    expect(real.size).toBeGreaterThan(3)
    for (const member of own(object)) expect(real, `${name}.${member}`).toContain(member)
  })

  test('throws on a member that it does not model', () => {
    expect(() => Reflect.get(strict('shell', surfaces.shell), 'beep')).toThrow('has no shell.beep')
    expect(strict('ipcMain', ipcMain).listenerCount('x')).toBe(0)
  })
})
