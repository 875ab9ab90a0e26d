import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { answerFailure, pagePolicy } from './headers.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
}

/** The built page. Addresses of the page's own router (a bookmark of /chats/...) get index.html. */
export function createPage(folder: string) {
  async function index(response: ServerResponse, head: boolean): Promise<void> {
    const nonce = randomBytes(18).toString('base64')
    let html: string
    try {
      html = (await readFile(join(folder, 'index.html'), 'utf8')).replaceAll('__CSP_NONCE__', nonce)
    } catch (cause) {
      if (!isMissing(cause)) throw cause
      return answerFailure(response, 503, 'PAGE_MISSING', 'The page is not built. Run `npm run build`, then reload.')
    }
    // The page's addresses are relative, for app:// and for here; a bookmark lies deeper than its files.
    html = html.replaceAll(/(src|href)="\.\//g, '$1="/')
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(html),
      'content-security-policy': pagePolicy(nonce),
    })
    response.end(head ? undefined : html)
  }

  async function file(path: string, response: ServerResponse, head: boolean): Promise<boolean> {
    const type = TYPES[extname(path)]
    if (type === undefined) return false
    let real: string
    try {
      real = await realpath(join(folder, path))
    } catch (cause) {
      if (!isMissing(cause)) throw cause
      return false
    }
    if (!real.startsWith((await realpath(folder)) + sep)) return false
    const facts = await stat(real)
    if (!facts.isFile()) return false
    // Vite puts a content hash into the names under assets/.
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    response.writeHead(200, { 'content-type': type, 'content-length': facts.size, 'cache-control': cache })
    if (head) response.end()
    else await pipeline(createReadStream(real), response)
    return true
  }

  return async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const head = request.method === 'HEAD'
    if (request.method !== 'GET' && !head) {
      response.setHeader('allow', 'GET, HEAD')
      return answerFailure(response, 405, 'METHOD_NOT_SUPPORTED', 'This address can only be read.')
    }
    if (path === '/' || path === '/index.html') return index(response, head)
    if (path.includes('\0')) return answerFailure(response, 404, 'NOT_FOUND', 'There is nothing at this address.')
    if (await file(path, response, head)) return
    if (path.startsWith('/assets/') || !acceptsHtml(request)) {
      return answerFailure(response, 404, 'NOT_FOUND', 'There is nothing at this address.')
    }
    return index(response, head)
  }
}
export type Page = ReturnType<typeof createPage>

const acceptsHtml = (request: IncomingMessage) => (request.headers.accept ?? '').includes('text/html')
const isMissing = (cause: unknown) =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
