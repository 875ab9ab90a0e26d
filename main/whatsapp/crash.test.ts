import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { startEmulator, until } from './whatsapp.test-kit.ts'

const total = 120

/** Messages in chats of two and a group, while the receiving process is killed again and again. Returns what it stored. */
async function killWhileReceiving(mode: 'journal' | 'plain', kills: number) {
  const emulator = await startEmulator()
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-crash-'))
  const [sessionPath, storePath] = [join(folder, 'session.db'), join(folder, 'store.db')]
  const people = [1, 2, 3].map((n) => emulator.contact({ name: `P${n}`, pn: `1555000002${n}`, lid: `90000002${n}` }))
  const group = emulator.group({ subject: 'All', members: people })
  let child: ChildProcess | undefined
  let state = ''
  const start = () => {
    const program = join(import.meta.dirname, 'crash-child.test-kit.ts')
    child = fork(program, [sessionPath, storePath, emulator.url, mode], { stdio: 'ignore' })
    child.on('message', (told: { qr?: string; state: string }) => {
      state = told.state
      if (told.qr) emulator.owner.scan(told.qr)
    })
  }
  const kill = async () => {
    const gone = new Promise((resolve) => child?.once('exit', resolve))
    child?.kill('SIGKILL')
    await gone
    state = ''
  }
  const stored = () => {
    const db = new Database(storePath, { readonly: true })
    const texts = db.prepare<[], string>('SELECT text FROM messages WHERE text IS NOT NULL').pluck().all()
    db.close()
    return texts
  }
  start()
  await until(() => state === 'open', 'the first login', 20_000)
  const speaking = (async () => {
    for (let n = 0; n < total; n++) {
      const person = people[n % people.length]
      if (n % 4 === 3) await person?.sayIn(group, `message ${n}`)
      else await person?.say(`message ${n}`)
      await sleep(kills * 8)
    }
  })()
  for (let n = 0; n < kills; n++) {
    await sleep(300 + Math.random() * 700)
    await kill()
    start()
  }
  await speaking
  await until(() => state === 'open', 'the last login', 20_000)
  let before = -1
  while (before !== stored().length) {
    before = stored().length
    await sleep(700)
  }
  const texts = stored()
  await kill()
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
  return texts
}

it('loses no message to kill -9, and stores each once', async () => {
  const texts = await killWhileReceiving('journal', 8)
  expect(texts.toSorted()).toEqual(Array.from({ length: total }, (_, n) => `message ${n}`).toSorted())
}, 90_000)
