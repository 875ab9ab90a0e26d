import { randomBytes } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { pagePolicy } from '../headless/headers.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Answers app://whatslang/...: the page's files, and index.html for every address of its router, with a fresh nonce in the policy. */
export function createPageProtocol(folder: string) {
  const index = async (): Promise<Response> => {
    const nonce = randomBytes(18).toString('base64')
    const html = (await readFile(join(folder, 'index.html'), 'utf8'))
      .replaceAll('__CSP_NONCE__', nonce)
      .replaceAll(/(src|href)="\.\//g, '$1="/')
    return new Response(html, {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': pagePolicy(nonce),
        'x-content-type-options': 'nosniff',
      },
    })
  }
  return async (request: Request): Promise<Response> => {
    if (request.method !== 'GET') return new Response(null, { status: 405 })
    const path = decodeURIComponent(new URL(request.url).pathname)
    const type = TYPES[extname(path)]
    if (type === undefined) return path.startsWith('/assets/') ? new Response(null, { status: 404 }) : index()
    try {
      const file = await realpath(join(folder, path))
      if (!file.startsWith((await realpath(folder)) + sep)) return new Response(null, { status: 404 })
      return new Response(await readFile(file), {
        headers: { 'content-type': type, 'x-content-type-options': 'nosniff' },
      })
    } catch {
      // Not among the page's files.
      return new Response(null, { status: 404 })
    }
  }
}
