import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIGenerator } from '@orpc/openapi'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { BodyLimitPlugin } from '@orpc/server/node'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { contract } from '../../preload/contract/index.ts'
import type { Caller } from '../rpc/caller.ts'
import type { RpcContext } from '../rpc/context.ts'
import type { Router } from '../rpc/router.ts'
import { discardBody } from './discard-body.ts'
import { answerFailure, answerJson } from './headers.ts'
import { MAX_BODY } from './sockets.ts'
import type { Upload } from './upload.ts'

export type Api = (request: IncomingMessage, response: ServerResponse, path: string, caller: Caller) => Promise<void>

/** REST for scripts: the contract under /api, described at /api/openapi.json. */
export function createApi(options: {
  router: Router
  program: RpcContext['program']
  version: string
  upload: Upload
}): Api {
  const handler = new OpenAPIHandler(options.router, { plugins: [new BodyLimitPlugin({ maxBodySize: MAX_BODY })] })
  let description: Promise<unknown> | undefined
  const describe = () => {
    description ??= new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] }).generate(contract, {
      info: {
        title: 'Whatslang',
        version: options.version,
        description:
          'Everything that Whatslang can be asked. Send `Authorization: Bearer <token>`; `GET /api/health` needs none.',
      },
      servers: [{ url: '/api' }],
      security: [{ bearer: [] }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    })
    return description
  }
  return async (request, response, path, caller) => {
    if (path === '/api/openapi.json' && request.method === 'GET') return answerJson(response, 200, await describe())
    // A file of any size goes to the disk as it comes; the handler would collect it in memory first.
    if (path === '/api/restore/upload' && request.method === 'PUT') return options.upload(request, response)
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) {
      discardBody(request)
      return answerFailure(
        response,
        413,
        'PAYLOAD_TOO_LARGE',
        `A call has ${MAX_BODY} bytes at most. Nothing was changed.`,
      )
    }
    const { matched } = await handler.handle(request, response, {
      prefix: '/api',
      context: { program: options.program, caller },
    })
    if (matched) return
    answerFailure(
      response,
      404,
      'NOT_FOUND',
      'There is nothing at this address. /api/openapi.json lists what there is.',
    )
  }
}
