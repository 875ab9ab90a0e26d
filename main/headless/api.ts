import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIGenerator } from '@orpc/openapi'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { contract } from '../../preload/contract/index.ts'
import type { Caller } from '../rpc/caller.ts'
import type { RpcContext } from '../rpc/context.ts'
import type { Router } from '../rpc/router.ts'
import { answerFailure, answerJson } from './headers.ts'
import { readJson } from './json-body.ts'
import { MAX_BODY } from './sockets.ts'
import { UPLOAD_PATH, type Upload } from './upload.ts'

/** @param path normalised, as `request.url` is */
export type Api = (request: IncomingMessage, response: ServerResponse, path: string, caller: Caller) => Promise<void>

/** REST for scripts: the contract under /api, described at /api/openapi.json. */
export function createApi(options: {
  router: Router
  program: RpcContext['program']
  devices?: RpcContext['devices']
  version: string
  upload: Upload
}): Api {
  const handler = new OpenAPIHandler(options.router)
  let description: Promise<unknown> | undefined
  const describe = () => {
    description ??= new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] }).generate(contract, {
      info: {
        title: 'Whatslang',
        version: options.version,
        description: [
          'Everything that Whatslang can be asked. Send `Authorization: Bearer <token>`; `GET /api/health` needs none. A body is JSON of at most 4 MB.',
          'Refused before a call is looked at: 400 malformed, 401 no or a wrong token, 403 another web page, 408 the body did not come in time, 413 too long, 421 an unknown host, 429 too many wrong tokens (`Retry-After` says how long), 503 too many calls at once.',
        ].join(' '),
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
    if (path === UPLOAD_PATH && request.method === 'PUT') return options.upload(request, response)
    if (request.method !== 'GET') {
      const body = await readJson(request, MAX_BODY)
      if (!body.ok) return answerFailure(response, body.status, body.code, body.message)
      // The handler takes a body that was read already. Without these headers it looks for no other kind.
      Object.assign(request, { body: body.value })
      delete request.headers['content-type']
      delete request.headers['content-disposition']
    }
    const { matched } = await handler.handle(request, response, {
      prefix: '/api',
      context: { program: options.program, caller, devices: options.devices },
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
