import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Config } from '../config/config.ts'
import type { Program } from '../rpc/program.ts'
import { router } from '../rpc/router.ts'
import { serveRpc } from '../rpc/serve.ts'
import { createApi } from './api.ts'
import { metricsOf } from './metrics.ts'
import { createPage } from './page.ts'
import { startServer } from './server.ts'
import type { Token } from './token.ts'
import { createUpload } from './upload.ts'

/** The built page: beside the bundle once built, in out/ while running from source. */
function pageFolder(): string {
  const beside = fileURLToPath(new URL('../renderer', import.meta.url))
  return import.meta.url.endsWith('.ts') || !existsSync(beside)
    ? fileURLToPath(new URL('../../out/renderer', import.meta.url))
    : beside
}

/** The host with no display: the contract over HTTP and WebSocket, and the page. */
export function startHeadless(options: {
  program: Program
  config: Pick<Config, 'host' | 'port' | 'allowedHosts'>
  token: Token
}) {
  const { program, config, token } = options
  return startServer({
    host: config.host,
    port: config.port,
    allowedHosts: config.allowedHosts,
    token,
    api: createApi({ router, program, version: program.host().version, upload: createUpload(program) }),
    page: createPage(pageFolder()),
    rpc: serveRpc({ program }),
    metrics: () => metricsOf(program),
    ready: () => {
      const { state } = program.session()
      return state === 'open'
    },
    log: program.log,
  })
}
