import type { ServerResponse } from 'node:http'

/** Sent with every answer. */
const ALWAYS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  'cache-control': 'no-store',
  // What is no page of ours (an exported chat, an error) can do nothing, should a browser ever show it.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
}

export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value)
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** The shape of the contract's errors, for what is refused before the contract is asked. */
export function answerFailure(response: ServerResponse, status: number, code: string, message: string): void {
  answerJson(response, status, { defined: false, code, status, message })
}
