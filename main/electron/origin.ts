/** The page's own address. A standard scheme of ours, never file:// (which would be able to read any file). */
export const SCHEME = 'app'
export const HOST = 'whatslang'
export const PAGE_URL = `${SCHEME}://${HOST}/`

/**
 * True for our own page. Compares protocol and host: `URL.origin` is the string 'null' for every custom scheme, so comparing origins
 * would let any other custom scheme in.
 */
export function isOwnPage(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  return protocol === `${SCHEME}:` && host === HOST
}
