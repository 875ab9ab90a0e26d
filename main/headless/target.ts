/** Where a request goes, in the one form that the guard, the routes and the files all judge. */
export interface Target {
  /** Absolute, without query. Each segment is encoded in the same way, and none is empty, `.` or `..`. */
  path: string
  /** `path` with the query as it came. */
  url: string
  /** `path` decoded, for the page's files. It can hold `..` behind an encoded slash, so the reader of files contains it. */
  file: string
}

/**
 * Normalises a request target once. Undefined where it is no absolute path (RFC 9112, 3.2.1), has a fragment, or is not valid percent-encoded
 * UTF-8: `http://host/`, `*`, `host:443`, `/%`, `/a#b`.
 */
export function targetOf(raw: string | undefined): Target | undefined {
  if (!raw?.startsWith('/') || raw.includes('#')) return undefined
  const mark = raw.indexOf('?')
  const before = mark < 0 ? raw : raw.slice(0, mark)
  // The URL resolves `.` and `..`, encoded or not, and reads `\` as `/`. Without the slashes in front nothing can be taken for a host.
  const parsed = URL.parse(`http://host/${before.replace(/^[/\\]+/, '')}`)
  const segments = parsed && decoded(parsed.pathname)
  if (!segments) return undefined
  const path = `/${segments.map(encodeURIComponent).join('/')}`
  return { path, url: mark < 0 ? path : path + raw.slice(mark), file: `/${segments.join('/')}` }
}

function decoded(pathname: string): string[] | undefined {
  try {
    return pathname.split('/').flatMap((segment) => decodeURIComponent(segment) || [])
  } catch {
    // A lone % or bytes that are no UTF-8: no address.
    return undefined
  }
}

/** True for what the routes call the interface for scripts. */
export const isApi = (path: string): boolean => path === '/api' || path.startsWith('/api/')
