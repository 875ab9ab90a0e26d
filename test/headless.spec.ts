import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { chromium, type Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { freePort, linkApp, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { createModelEndpoint } from '../emulator/demo/model-endpoint.ts'
import { createEmulator } from '../emulator/index.ts'
import { contract } from '../preload/contract/index.ts'
import { chromiumPath } from './chromium.ts'
import { whatslang } from './command.ts'

vi.setConfig({ testTimeout: 240_000 })
beforeAll(() => bundle())

const disposals: (() => unknown)[] = []
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-headless-'))
})
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose()
  rmSync(folder, { recursive: true, force: true })
})

async function start(env: Record<string, string> = {}) {
  const emulator = await createEmulator()
  disposals.push(() => emulator.close())
  const token = newToken()
  const app = spawnApp({
    dataDirectory: folder,
    emulatorUrl: emulator.url,
    port: await freePort(),
    token,
    built: true,
    env,
  })
  disposals.push(() => app.stop())
  await app.listening()
  return { app, emulator, token, authorization: `Bearer ${token}` }
}

/** With headers that fetch would not send. */
function ask(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', reject)
      .end()
  })
}

test('an address that others can reach needs a token of one’s own', async () => {
  const outcome = await whatslang(['serve', '--data-dir', join(folder, 'data')], {
    WHATSLANG_HOST: '0.0.0.0',
    WHATSLANG_PORT: '0',
    WHATSLANG_TOKEN: '',
  })
  expect(outcome.code).toBe(1)
  expect(outcome.err).toContain('Set WHATSLANG_TOKEN')
  expect(outcome.out).toBe('')
})

describe('over HTTP', () => {
  test('only this page, this address and this token get in', async () => {
    const { app, authorization } = await start()
    const url = `${app.url}/api/session`
    expect(await ask(`${app.url}/health`, {})).toBe(200)
    expect(await ask(url, {})).toBe(401)
    expect(await ask(url, { authorization: 'Bearer nonsense' })).toBe(401)
    expect(await ask(url, { authorization })).toBe(200)
    expect(await ask(url, { authorization, host: 'evil.example' })).toBe(421)
    expect(await ask(url, { authorization, origin: 'https://evil.example' })).toBe(403)
    expect(await ask(url, { authorization, origin: 'null' })).toBe(403)
  })

  test('every procedure is described, and a wrong call is told what is wrong', async () => {
    const { app, authorization } = await start()
    const description = await (await fetch(`${app.url}/api/openapi.json`, { headers: { authorization } })).json()
    const described = Object.values(description.paths as Record<string, object>).flatMap((path) =>
      Object.keys(path),
    ).length
    const procedures = Object.values(contract).flatMap((feature) => Object.keys(feature)).length
    expect(described).toBe(procedures)

    const put = (path: string, body: string) =>
      fetch(`${app.url}/api${path}`, {
        method: 'PUT',
        body,
        headers: { authorization, 'content-type': 'application/json' },
      })
    const nobody = await put('/chats/15550001111@s.whatsapp.net/bots/echo', '{"enabled":true}')
    expect(nobody.status).toBe(404)
    expect(await nobody.json()).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('This chat is not here'),
    })
    expect((await put('/chats/nonsense/bots/echo', '{"enabled":true}')).status).toBeGreaterThanOrEqual(400)
    expect((await put('/chats/15550001111@s.whatsapp.net/bots/echo', '{"enabled"')).status).toBe(400)
    // A connection that is closed while the caller still writes would lose the answer, now and then.
    for (let turn = 0; turn < 20; turn++)
      expect((await put('/chats/15550001111@s.whatsapp.net/bots/echo', `"${'x'.repeat(5 << 20)}"`)).status).toBe(413)
    expect((await fetch(`${app.url}/api/nothing`, { headers: { authorization } })).status).toBe(404)
  })

  test('a large file to restore goes to the disk as it comes', async () => {
    const { app, authorization } = await start()
    const megabytes = 300
    const chunk = new Uint8Array(1 << 20)
    const memory = async () => {
      const text = await (await fetch(`${app.url}/metrics`, { headers: { authorization } })).text()
      return Number(/process_resident_memory_bytes (\d+)/.exec(text)?.[1])
    }
    const before = await memory()
    let sent = 0
    let peak = 0
    const body = Readable.toWeb(
      new Readable({
        read() {
          if (sent === megabytes / 2) void memory().then((bytes) => (peak = bytes))
          this.push(sent++ < megabytes ? chunk : null)
        },
      }),
    )
    const answer = await fetch(`${app.url}/api/restore/upload?name=x.db`, {
      method: 'PUT',
      body: body as BodyInit,
      duplex: 'half',
      headers: { authorization, 'content-type': 'application/octet-stream' },
    } as RequestInit)
    expect(answer.status).toBe(200)
    const { upload, bytes } = await answer.json()
    expect(bytes).toBe(megabytes << 20)
    expect(peak).toBeGreaterThan(0)
    expect(peak - before).toBeLessThan(120 << 20)
    // It is no backup: refused with its reason, and gone when it is discarded.
    const preview = await fetch(`${app.url}/api/restore/${upload}/preview`, {
      method: 'POST',
      body: '{}',
      headers: { authorization, 'content-type': 'application/json' },
    })
    expect(preview.status).toBe(422)
    expect(await preview.json()).toMatchObject({ code: 'REFUSED' })
    await fetch(`${app.url}/api/restore/${upload}`, { method: 'DELETE', headers: { authorization } })
    expect(readdirSync(join(folder, 'restore')).filter((name) => name.startsWith('upload'))).toEqual([])
  })

  test('changes are told as server-sent events', async () => {
    const { app, authorization } = await start()
    const stop = new AbortController()
    const stream = await fetch(`${app.url}/api/events`, { headers: { authorization }, signal: stop.signal })
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    await app.api('POST', '/chats', { jid: '15550001111@s.whatsapp.net' })
    while (!text.includes('"chats"')) text += (await reader?.read())?.value ?? ''
    stop.abort()
    expect(text).toContain('event: message')
    expect(text).toContain('{"type":"resync"}')
  })
})

test('the page opens from a bookmark and breaks no rule of its policy', async () => {
  const { app, token } = await start()
  const browser = await chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  disposals.push(() => browser.close())
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`${app.url}/#token=${token}`)
  await page.getByRole('navigation').first().waitFor()
  expect(page.url()).not.toContain(token)
  for (const name of ['Chats', 'Bots', 'Activity', 'Backups', 'Health', 'Settings']) {
    await page.getByRole('link', { name, exact: true }).click()
    // A bookmark: the whole page again, at this address.
    await page.reload()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
  }
  expect(complaints).toEqual([])
  expect((await page.context().cookies()).map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([
    [true, 'Strict'],
  ])
})

test('a browser is signed out from another, and from itself: its page then asks for the token', async () => {
  const { app, token } = await start()
  const browser = await chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  disposals.push(() => browser.close())
  const opened = async () => {
    const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
    await page.goto(`${app.url}/#token=${token}`)
    await page.getByRole('navigation').first().waitFor()
    return page
  }
  const signInForm = (page: Page) => page.getByRole('heading', { name: 'Open Whatslang' })
  const [here, there] = [await opened(), await opened()]
  await here.getByRole('link', { name: 'Settings', exact: true }).click()
  const devices = here.getByRole('region', { name: 'Signed-in devices' })
  await expect.poll(() => devices.getByRole('listitem').count()).toBe(2)
  // The other one's Sign out: the own device stands first, and is marked.
  await expect.poll(() => devices.getByRole('listitem').first().textContent()).toContain('This device')
  await devices
    .getByRole('button', { name: /^Sign out Headless Chrome/ })
    .nth(1)
    .click()
  await signInForm(there).waitFor()
  await expect.poll(() => devices.getByRole('listitem').count()).toBe(1)
  expect((await here.context().cookies())[0]?.value).toMatch(/^[\w-]{43}$/)

  await devices.getByRole('button', { name: /^Sign out Headless Chrome/ }).click()
  await here.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
  await signInForm(here).waitFor()
  expect(await here.context().cookies()).toEqual([])
  await here.getByLabel('Token').fill(token)
  await here.getByRole('button', { name: 'Open' }).click()
  await devices.getByRole('listitem').first().waitFor()
})

test('no log holds a text, a number, a key or the token', async () => {
  const secrets = {
    text: 'Please keep this between us',
    answer: 'Certainly between the two',
    number: '5511988887777',
    lid: '712345678901',
    key: 'sk-a-key-that-nobody-should-read',
  }
  const endpoint = await createModelEndpoint({ name: 'm', answer: () => secrets.answer })
  disposals.push(() => endpoint.close())
  const { app, emulator, token } = await start({
    WHATSLANG_PACING: 'off',
    WHATSLANG_LOG_LEVEL: 'debug',
    OPENAI_BASE_URL: endpoint.url,
    OPENAI_MODEL: 'm',
    OPENAI_API_KEY: secrets.key,
  })
  await linkApp(app, (qr) => emulator.owner.scan(qr))
  const contact = emulator.contact({ name: 'Nina', pn: secrets.number, lid: secrets.lid })
  await contact.say('hello')
  await expect.poll(() => app.api('GET', '/chats'), { timeout: 15_000 }).toMatchObject({ total: 1 })
  await app.api('PUT', `/chats/${secrets.lid}@lid/bots/translation`, { enabled: true })
  await contact.say(secrets.text)
  await contact.next((item) => item.text.includes(secrets.answer), 20_000)
  // What goes wrong is told as well, and told as carefully.
  await endpoint.close()
  await contact.say(`${secrets.text}, again`)
  await app.api('POST', '/session/pairing-code', { phone: secrets.number }).catch(() => undefined)
  await expect
    .poll(() => readFileSync(join(folder, 'logs/whatslang.log'), 'utf8'))
    .toContain('the model gave no answer')
  await app.stop()

  const logs = readdirSync(join(folder, 'logs')).map((name) => readFileSync(join(folder, 'logs', name), 'utf8'))
  const said = [...logs, app.output].join('\n')
  expect(said.length).toBeGreaterThan(200)
  for (const secret of [...Object.values(secrets), token]) expect(said).not.toContain(secret)
})

test('everything can be deleted before an account is linked', async () => {
  const { app } = await start()
  await app.api('POST', '/chats', { jid: '120363025246125000@g.us' })
  const made = await app.api('POST', '/data/reset', { confirmation: 'delete everything' })
  expect(made).toMatchObject({ safety_backup: expect.stringMatching(/^messages_/) })
  expect(await app.api('GET', '/chats')).toMatchObject({ total: 0 })
  expect(await app.api('GET', '/session')).not.toHaveProperty('me')
})
