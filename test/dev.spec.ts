// `npm run dev` on a copy of the sources: a change of the page shows in it, a change of the program restarts it on the same data, and Ctrl+C
// leaves nothing behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { chromiumPath } from './chromium.ts'

const root = join(import.meta.dirname, '..')
const PATIENT_MS = 60_000
const SOURCES = ['main', 'preload', 'renderer', 'emulator', 'build', 'package.json', 'tsconfig.json']

let folder = ''
let dev: ChildProcess
let exited: Promise<number | null>
let output = ''
let browser: Browser
let page: Page

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-dev-test-'))
  for (const name of SOURCES) cpSync(join(root, name), join(folder, 'clone', name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'clone/node_modules'), 'junction')
  mkdirSync(join(folder, 'temporary'))
  output = ''
  dev = spawn(process.execPath, [join(folder, 'clone/build/dev.ts'), '--no-open'], {
    cwd: join(folder, 'clone'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: '', TMPDIR: join(folder, 'temporary'), WHATSLANG_TEST_LOGS: '' },
  })
  for (const stream of [dev.stdout, dev.stderr]) {
    stream?.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  exited = new Promise((resolve) => dev.once('exit', resolve))
  browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] })
  page = await browser.newPage({ locale: 'en-US' })
})
afterEach(async () => {
  await browser.close()
  dev.kill('SIGTERM')
  await exited
  rmSync(folder, { recursive: true, force: true })
})

const printed = (text: string | RegExp) =>
  expect.poll(() => output, { timeout: PATIENT_MS }).toMatch(typeof text === 'string' ? new RegExp(text) : text)
const change = (file: string, from: string, to: string) => {
  const path = join(folder, 'clone', file)
  const before = readFileSync(path, 'utf8')
  expect(before, `${file} holds ${from}`).toContain(from)
  writeFileSync(path, before.replace(from, to))
}
const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor({ timeout: PATIENT_MS })
const opens = (address: string, headers: Record<string, string>): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/rpc`, { headers })
    socket.once('open', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    void exited.then(() => socket.terminate())
  })
const answer = (path: string): Promise<string> =>
  page.evaluate((from) => fetch(from).then((response) => response.text()), path).catch(() => '')

test('the page and the program follow their sources, and Ctrl+C ends all of it', { timeout: 240_000 }, async () => {
  await printed(/http:\/\/\S+#token=/)
  await page.goto(/http:\/\/\S+#token=\S+/.exec(output)?.[0] ?? '')
  await heading('Overview')
  await page.getByText('Connected').first().waitFor({ timeout: PATIENT_MS })

  // A page of another site reaches nothing through this address, although the browser is signed in.
  const address = new URL(page.url()).origin
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const asked = (headers: Record<string, string>) =>
    fetch(`${address}/api/session`, { headers: { cookie, ...headers } }).then(({ status }) => status)
  expect(await asked({ origin: address })).toBe(200)
  expect(await asked({ origin: 'https://evil.example' })).toBe(403)
  expect(await asked({ origin: 'http://127.0.0.1:9' })).toBe(403)
  expect(await asked({ 'sec-fetch-site': 'cross-site' })).toBe(403)
  const foreign = await fetch(`${address}/auth`, { method: 'POST', headers: { origin: 'https://evil.example' } })
  expect(foreign.status).toBe(403)
  expect(await opens(address, { cookie, origin: address })).toBe(true)
  expect(await opens(address, { cookie, origin: 'https://evil.example' })).toBe(false)

  change('renderer/i18n/en/overview.ts', "'Overview'", "'Changed overview'")
  await heading('Changed overview')

  change('main/rpc/health.ts', 'version: program.host().version', "version: 'changed version'")
  await printed('rpc.health.ts changed: the program restarts')
  await printed('The program runs again')
  await heading('Changed overview')
  await expect.poll(() => answer('/api/health'), { timeout: PATIENT_MS }).toContain('changed version')
  // The same data, and the same account.
  await expect.poll(() => answer('/api/session'), { timeout: PATIENT_MS }).toContain('"state":"open"')

  // What does not run is told, and mended by the next save.
  change('main/rpc/health.ts', 'export const data', 'export const = data')
  await printed('The program did not start')
  change('main/rpc/health.ts', 'export const = data', 'export const data')
  await expect.poll(() => output.split('The program runs again').length, { timeout: PATIENT_MS }).toBe(3)

  dev.kill('SIGINT')
  expect(await exited).toBe(0)
  expect(readdirSync(join(folder, 'temporary')).filter((name) => name.startsWith('whatslang-dev-'))).toEqual([])
})

test('a supervisor that ends it leaves nothing behind either', { timeout: 120_000 }, async () => {
  await printed(/http:\/\/\S+#token=/)
  dev.kill('SIGTERM')
  expect(await exited).toBe(0)
  expect(readdirSync(join(folder, 'temporary')).filter((name) => name.startsWith('whatslang-dev-'))).toEqual([])
})
