/** Whether an endpoint runs on this machine or in this network (Ollama, LM Studio, ...): those need no key. */
export function isLocalEndpoint(baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) return false
  const host = new URL(baseUrl).hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (host === '::1' || /^f[cd][0-9a-f]{2}:|^fe80:/.test(host)) return true
  if (/^(127|10)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\./.test(host)) return true
  return !host.includes('.') ? !host.includes(':') : /\.(local|localhost|lan|internal|home\.arpa)$/.test(host)
}
