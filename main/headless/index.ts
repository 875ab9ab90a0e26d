import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Config } from '../config/config.ts'
import type { Program } from '../rpc/program.ts'
import { router } from '../rpc/router.ts'
import { serveRpc } from '../rpc/serve.ts'
import { createApi } from './api.ts'
import { weakTokenOf } from './exposure.ts'
import { metricsOf } from './metrics.ts'
import { createPage } from './page.ts'
import { startServer } from './server.ts'
import { createSignInFile } from './sign-in-file.ts'
import { createSignIns } from './sign-ins.ts'
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
export async function startHeadless(options: {
  program: Program
  config: Pick<Config, 'host' | 'port' | 'allowedHosts' | 'trustedProxies' | 'https' | 'signIns'>
  token: Token
}) {
  const { program, config, token } = options
  // Before the first write of the sign-ins, which a token that is refused must not touch.
  const weakToken = weakTokenOf({ ...config, token })
  const signIns = createSignIns({
    file: createSignInFile(config.signIns, token.value),
    audit: program.audit,
    log: program.log,
    now: () => Date.now(),
    onChange: () => program.tell({ type: 'sign-ins' }),
  })
  const { devices } = signIns
  const { version } = program.host()
  try {
    const server = await startServer({
      ...config,
      token,
      signIns,
      audit: program.audit,
      api: createApi({ router, program, devices, version, upload: createUpload(program) }),
      page: createPage(pageFolder()),
      rpc: serveRpc({ program, devices }),
      metrics: () => metricsOf(program),
      ready: () => program.session().state === 'open',
      log: program.log,
    })
    return {
      ...server,
      /** A sentence for the owner, where the token could be guessed from this machine. */
      weakToken,
      devices,
      async dispose(): Promise<void> {
        await server.dispose()
        signIns.dispose()
      },
    }
  } catch (error) {
    signIns.dispose()
    throw error
  }
}
