import { readFile } from 'node:fs/promises'
import { createPageFiles } from '../page/page-files.ts'

const ALWAYS = { 'x-content-type-options': 'nosniff' }

/** Answers app://whatslang/... with the built page. Whatever asks here is our own page: every unknown address is one of its router. */
export function createPageProtocol(folder: string) {
  const files = createPageFiles(folder)
  return async (request: Request): Promise<Response> => {
    if (request.method !== 'GET') return new Response(null, { status: 405 })
    const path = decoded(new URL(request.url).pathname)
    const answer = path === undefined ? { kind: 'missing' as const } : await files(path, true)
    switch (answer.kind) {
      case 'index':
        return new Response(answer.html, { headers: { ...ALWAYS, ...answer.headers } })
      case 'file':
        return new Response(await readFile(answer.path), { headers: { ...ALWAYS, ...answer.headers } })
      case 'missing':
        return new Response(null, { status: 404 })
      case 'not-built':
        return new Response('The page is not built. Run `npm run build`, then start again.', { status: 503 })
    }
  }
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    // A lone % or the like: no address of ours.
    return undefined
  }
}
