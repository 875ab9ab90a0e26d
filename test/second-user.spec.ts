import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { canBeOthers, folderOf, homeOf, listenAs, OWNER, runAs, STRANGER, serveAs, whatslangAs } from './other-user.ts'

// Another user of the same machine: where Whatslang runs as OWNER, STRANGER receives nothing, reads nothing and writes nothing.
vi.setConfig({ testTimeout: 240_000 })
const described = canBeOthers ? describe : describe.skip
if (canBeOthers) beforeAll(() => bundle())

let shared: string
let own: string
let data: string
let passphrase: string
const disposals: (() => unknown)[] = []
beforeEach(() => {
  if (!canBeOthers) return
  ;({ shared, own } = homeOf(OWNER, 'second-user'))
  data = join(own, 'data')
  passphrase = join(own, 'passphrase')
  writeFileSync(passphrase, 'correct horse\n', { mode: 0o600 })
  chownSync(passphrase, OWNER, OWNER)
})
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose()
  if (canBeOthers) rmSync(shared, { recursive: true, force: true })
})

const hash = (path: string) => createHash('sha256').update(path).digest('hex').slice(0, 16)

/** Folders and sockets that a stranger makes before anybody else can: what earlier versions used, and lookalikes of what this one uses. */
async function plant() {
  const earlier = folderOf(STRANGER, join(tmpdir(), `whatslang-${OWNER}`), 0o777)
  disposals.push(() => rmSync(earlier, { recursive: true, force: true }))
  const runtime = folderOf(STRANGER, join(shared, 'runtime'), 0o777)
  const name = `whatslang-${hash(join(data, 'messages.db'))}`
  for (const place of [`${name}.socket.json`, `${name}.sock.json`]) {
    writeFileSync(join(runtime, place), JSON.stringify({ socket: `${name}.socket`, secret: 'A'.repeat(43) }))
    chownSync(join(runtime, place), STRANGER, STRANGER)
  }
  const paths = [join(earlier, `${name}.sock`), join(runtime, `${name}.sock`), join(runtime, `${name}.socket`)]
  const listener = await listenAs(STRANGER, paths)
  disposals.push(listener.stop)
  return { runtime, listener }
}

described('a second user of the machine', () => {
  test('receives nothing from the commands of the first', async () => {
    const { runtime, listener } = await plant()
    const server = await serveAs(OWNER, ['--data-dir', data])
    disposals.push(server.stop)
    const run = (...args: string[]) =>
      whatslangAs(OWNER, [...args, '--data-dir', data, '--json'], { env: { XDG_RUNTIME_DIR: runtime } })
    const made = await run('backup', '--passphrase-file', passphrase)
    expect(made.code, made.err).toBe(0)
    expect(made.json()).toMatchObject({ encryption: 'passphrase' })
    const out = join(own, 'chats.json')
    expect((await run('export', '--format', 'json', '--out', out)).code).toBe(0)
    expect(statSync(out).mode & 0o777).toBe(0o600)
    const file = String(made.json().file)
    expect((await run('verify', file, '--passphrase-file', passphrase)).code).toBe(0)
    expect((await run('restore', file, '--passphrase-file', passphrase, '--dry-run')).code).toBe(0)
    expect(await listener.received()).toBe(0)
  })

  test('receives nothing either where the program does not listen: the command fails and says why', async () => {
    const { runtime, listener } = await plant()
    // Others can write to this folder, so the program does not listen in it, and what lies there is not believed.
    folderOf(OWNER, data, 0o777)
    chmodSync(own, 0o755)
    const server = await serveAs(OWNER, ['--data-dir', data])
    disposals.push(server.stop)
    expect(server.errors()).toContain('the command line cannot talk to this program')
    const door = join(data, 'messages.db.socket.json')
    writeFileSync(door, JSON.stringify({ socket: 'messages.db.socket', secret: 'A'.repeat(43) }))
    chownSync(door, STRANGER, STRANGER)
    const beside = await listenAs(STRANGER, [join(data, 'messages.db.socket')])
    disposals.push(beside.stop)
    for (const args of [
      ['backup', '--passphrase-file', passphrase],
      ['export', '--format', 'json', '--out', join(own, 'chats.json')],
    ]) {
      const { code, err, out } = await whatslangAs(OWNER, [...args, '--data-dir', data, '--json'], {
        env: { XDG_RUNTIME_DIR: runtime },
      })
      expect(code, err).toBe(4)
      expect(err).toContain(
        `nothing was sent and nothing was changed. The folder ${data} is open to other users (mode 777)`,
      )
      expect(JSON.parse(out)).toMatchObject({ error: { code: 'locked', exit_code: 4 } })
    }
    expect(await beside.received()).toBe(0)
    expect(await listener.received()).toBe(0)
  })

  test('can read no file, connect to nothing, and take nothing over', async () => {
    const server = await serveAs(OWNER, ['--data-dir', data])
    disposals.push(server.stop)
    await whatslangAs(OWNER, ['backup', '--data-dir', data])
    // Somebody opened the folders; the files are still closed.
    for (const folder of [own, data]) chmodSync(folder, 0o755)
    const found = await runAs(STRANGER, ['find', data, '-type', 'f', '-readable'])
    expect(found.out).toBe('')
    const sockets = await runAs(STRANGER, ['find', data, '-type', 's', '-writable'])
    expect(sockets.out).toBe('')
    const connect = `require('net').connect(process.argv[1]).on('error', (e) => { console.log(e.code) }).on('connect', () => { console.log('in'); process.exit() })`
    const tried = await runAs(STRANGER, [process.execPath, '-e', connect, join(data, 'messages.db.socket')])
    expect(tried.out.trim()).toBe('EACCES')
    const before = readdirSync(data).sort()
    for (const args of [
      ['backup'],
      ['export', '--format', 'json', '--out', join(tmpdir(), 'stolen.json')],
      ['serve'],
    ]) {
      const { code, out } = await whatslangAs(STRANGER, [...args, '--data-dir', data, '--json'])
      expect(code).not.toBe(0)
      expect(JSON.parse(out)).toMatchObject({ error: { message: expect.any(String) } })
    }
    expect(readdirSync(data).sort()).toEqual(before)
    expect(existsSync(join(tmpdir(), 'stolen.json'))).toBe(false)
  })

  test('is not obeyed in a folder that both use', async () => {
    const both = folderOf(0, join(shared, 'both'), 0o1777)
    const config = join(both, 'config.yaml')
    writeFileSync(config, `bot_settings: { db_path: ${join(both, 'stolen.db')} }\n`, { mode: 0o644 })
    chownSync(config, STRANGER, STRANGER)
    const run = (...args: string[]) => whatslangAs(OWNER, [...args, '--json'], { cwd: both })
    for (const verb of ['serve', 'backup', 'doctor']) {
      const { code, err } = await run(verb)
      expect(code).toBe(2)
      expect(err).toContain(`${config} belongs to another user (${STRANGER}), so it is not used.`)
    }
    rmSync(config)
    const planted = folderOf(STRANGER, join(both, 'data'), 0o777)
    for (const verb of ['serve', 'backup', 'export']) {
      const { code, err } = await run(verb, ...(verb === 'export' ? ['--format', 'json', '--out', 'x'] : []))
      expect(code).toBe(2)
      expect(err).toContain(`${planted}, the default data directory, belongs to another user (${STRANGER})`)
    }
    expect(readdirSync(planted)).toEqual([])
  })

  test('root works on the data of its owner, and the owner’s program goes on', async () => {
    const server = await serveAs(OWNER, ['--data-dir', data])
    disposals.push(server.stop)
    const made = await whatslangAs(0, ['backup', '--data-dir', data, '--json'])
    expect(made.code, made.err).toBe(0)
    // The program made it, not root.
    expect(statSync(String(made.json().file)).uid).toBe(OWNER)
  })
})

described('a user without a name and without a home', () => {
  test('can use every command', async () => {
    const run = async (...args: string[]) => {
      const ran = await whatslangAs(OWNER, [...args, '--json'], { env: { WHATSLANG_DATA_DIR: data }, cwd: own })
      expect(ran.code, `${args.join(' ')}: ${ran.err}`).toBe(0)
      return ran.json()
    }
    const server = await serveAs(OWNER, [], { env: { WHATSLANG_DATA_DIR: data } })
    await run('doctor')
    expect(await server.stop()).toBe(0)
    await run('version')
    await run('help')
    const { file } = await run('backup')
    await run('backups')
    await run('prune', '--dry-run')
    await run('verify', String(file))
    await run('restore', String(file), '--yes')
    await run('undo', '--yes')
    await run('export', '--format', 'json', '--out', join(own, 'chats.json'))
    await run('doctor')
    mkdirSync(join(shared, 'copy'))
    cpSync(String(file), join(shared, 'copy', 'backup.sql.gz'))
    const salvaged = await whatslangAs(OWNER, ['salvage', '--yes', '--json'], { env: { WHATSLANG_DATA_DIR: data } })
    expect(salvaged.json()).toEqual({ applied: false })
  })
})
