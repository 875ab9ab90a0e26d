import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { createPageFiles } from '../page/page-files.ts'
import { answerFailure } from './headers.ts'

/** The built page over HTTP. */
export function createPage(folder: string) {
  const files = createPageFiles(folder)
  return async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const head = request.method === 'HEAD'
    if (request.method !== 'GET' && !head) {
      response.setHeader('allow', 'GET, HEAD')
      return answerFailure(response, 405, 'METHOD_NOT_SUPPORTED', 'This address can only be read.')
    }
    const answer = await files(path, (request.headers.accept ?? '').includes('text/html'))
    switch (answer.kind) {
      case 'index':
        response.writeHead(200, { ...answer.headers, 'content-length': Buffer.byteLength(answer.html) })
        response.end(head ? undefined : answer.html)
        return
      case 'file':
        response.writeHead(200, { ...answer.headers, 'content-length': answer.bytes })
        if (head) response.end()
        else await pipeline(createReadStream(answer.path), response)
        return
      case 'missing':
        return answerFailure(response, 404, 'NOT_FOUND', 'There is nothing at this address.')
      case 'not-built':
        return answerFailure(response, 503, 'PAGE_MISSING', 'The page is not built. Run `npm run build`, then reload.')
    }
  }
}
export type Page = ReturnType<typeof createPage>
