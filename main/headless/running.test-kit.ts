import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openProgram } from '../cli/program.ts'
import { NODE_SURROUNDINGS } from '../cli/surroundings.ts'
import { resolveConfig } from '../config/config.ts'
import { router } from '../rpc/router.ts'
import { serveRpc } from '../rpc/serve.ts'
import { createApi } from './api.ts'
import { metricsOf } from './metrics.ts'
import { createPage } from './page.ts'
import { type ServerOptions, startServer } from './server.ts'
import { createSignInFile } from './sign-in-file.ts'
import { createSignIns } from './sign-ins.ts'
import { createToken } from './token.ts'
import { createUpload } from './upload.ts'

export const TEST_TOKEN = 'b0f3c7e19d5a4286b0d1-of-this-test'

/** The whole program behind its server, in this process, with a page of one file. */
export async function runHeadless(more: Partial<ServerOptions> = {}, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-running-'))
  const pageFolder = join(folder, 'page')
  mkdirSync(join(pageFolder, 'assets'), { recursive: true })
  writeFileSync(join(pageFolder, 'index.html'), '<title>page</title>')
  writeFileSync(join(pageFolder, 'assets/large-1.js'), Buffer.alloc(8 * 1024 * 1024, 'x'))
  const config = resolveConfig({
    env: { WHATSLANG_PORT: '0', WHATSLANG_TOKEN: TEST_TOKEN, ...env },
    cwd: folder,
    dataDirectory: join(folder, 'data'),
    defaultDataDirectory: join(folder, 'data'),
    packaged: true,
  })
  const { app, close } = await openProgram(config, NODE_SURROUNDINGS, { name: 'a test' })
  const { program } = app
  const signIns = createSignIns({
    file: createSignInFile(config.signIns, TEST_TOKEN),
    audit: program.audit,
    log: program.log,
    now: () => Date.now(),
    onChange: () => program.tell({ type: 'sign-ins' }),
  })
  const { devices } = signIns
  const server = await startServer({
    ...config,
    token: createToken(TEST_TOKEN, true),
    signIns,
    audit: program.audit,
    api: createApi({ router, program, devices, version: '1.2.3', upload: createUpload(program) }),
    page: createPage(pageFolder),
    rpc: serveRpc({ program, devices }),
    metrics: () => metricsOf(program),
    ready: () => false,
    log: program.log,
    ...more,
  })
  const host = `127.0.0.1:${server.port}`
  return {
    folder,
    port: server.port,
    host,
    url: server.url,
    program,
    bearer: { authorization: `Bearer ${TEST_TOKEN}` },
    log: () => program.recentLog(1000),
    async close(): Promise<void> {
      await server.dispose()
      signIns.dispose()
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Running = Awaited<ReturnType<typeof runHeadless>>
