import { randomBytes } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { pagePolicy } from './policy.ts'

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

export type PageAnswer =
  | { kind: 'index'; html: string; headers: Record<string, string> }
  /** A file inside the folder; the host sends it in its own way. */
  | { kind: 'file'; path: string; bytes: number; headers: Record<string, string> }
  | { kind: 'missing' }
  /** The page was never built. */
  | { kind: 'not-built' }

/**
 * The built page, for any transport: its files, and index.html with a fresh nonce for every address of its router (a bookmark of
 * /chats/...). Nothing outside the folder is ever answered, not through `..` and not through a symbolic link.
 */
export function createPageFiles(folder: string) {
  async function index(): Promise<PageAnswer> {
    const nonce = randomBytes(18).toString('base64')
    try {
      const html = (await readFile(join(folder, 'index.html'), 'utf8'))
        .replaceAll('__CSP_NONCE__', nonce)
        // The page's addresses are relative; a bookmark lies deeper than its files.
        .replaceAll(/(src|href)="\.\//g, '$1="/')
      const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy(nonce) }
      return { kind: 'index', html, headers }
    } catch (cause) {
      if (isMissing(cause)) return { kind: 'not-built' }
      throw cause
    }
  }

  async function file(path: string): Promise<PageAnswer | undefined> {
    const type = TYPES[extname(path)]
    if (type === undefined) return undefined
    try {
      const real = await realpath(join(folder, path))
      if (!real.startsWith((await realpath(folder)) + sep)) return undefined
      const facts = await stat(real)
      if (!facts.isFile()) return undefined
      // Vite puts a content hash into the names under assets/.
      const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
      return { kind: 'file', path: real, bytes: facts.size, headers: { 'content-type': type, 'cache-control': cache } }
    } catch (cause) {
      if (isMissing(cause)) return undefined
      throw cause
    }
  }

  /**
   * @param path decoded, beginning with a slash
   * @param wantsHtml whether whoever asks would show a page: only then is an unknown address one of the router's
   */
  return async (path: string, wantsHtml: boolean): Promise<PageAnswer> => {
    if (path === '/' || path === '/index.html') return index()
    if (path.includes('\0')) return { kind: 'missing' }
    const found = await file(path)
    if (found) return found
    return path.startsWith('/assets/') || !wantsHtml ? { kind: 'missing' } : index()
  }
}
export type PageFiles = ReturnType<typeof createPageFiles>

/** What no path of a file of ours can be: too long, through a file, a circle of links, not to be read. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EACCES', 'EINVAL'])
const isMissing = (cause: unknown) => cause instanceof Error && 'code' in cause && MISSING.has(String(cause.code))
