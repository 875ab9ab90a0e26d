import { Agent, request } from 'node:http'
import { ANSWER_MS } from './link.ts'
import type { Procedure } from './procedures.ts'

export interface RestAnswer {
  status: number
  body: unknown
}
/** More of an answer is read and thrown away. */
const KEPT = 1024 * 1024

/** REST calls with whatever the input is: what has no place in the address or the body goes there as text all the same. */
export function createRest(options: { url: string; headers: Record<string, string>; parallel?: number }) {
  const { hostname, port } = new URL(options.url)
  const agent = new Agent({ keepAlive: true, maxSockets: options.parallel ?? 8 })

  /** `path` goes out as it is. */
  function send(
    method: string,
    path: string,
    body?: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<RestAnswer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        { hostname, port, agent, method, path, headers: { ...options.headers, ...headers }, timeout: ANSWER_MS },
        (response) => {
          const status = response.statusCode ?? 0
          if (response.headers['content-type']?.startsWith('text/event-stream')) {
            response.destroy()
            return resolve({ status, body: undefined })
          }
          const chunks: Buffer[] = []
          let bytes = 0
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length
            if (bytes <= KEPT) chunks.push(chunk)
          })
          response.on('error', reject)
          response.on('end', () => resolve({ status, body: parsed(Buffer.concat(chunks).toString()) }))
        },
      )
      asked.on('timeout', () => asked.destroy(new Error('No answer came.')))
      asked.on('error', (error: NodeJS.ErrnoException) => {
        // A connection from before that the program has closed meanwhile: asked again on a new one (nodejs.org, request.reusedSocket).
        if (asked.reusedSocket && error.code === 'ECONNRESET') send(method, path, body, headers).then(resolve, reject)
        else reject(error)
      })
      asked.end(body)
    })
  }

  return {
    send,
    call({ method, route }: Procedure, input: unknown): Promise<RestAnswer> {
      const fields = new Map(Object.entries(Object(input)))
      const path = `/api${route.replaceAll(/\{(\w+)\}/g, (_place, name: string) => {
        const value = fields.get(name)
        fields.delete(name)
        return escaped(textOf(value))
      })}`
      if (method === 'GET' || method === 'DELETE') {
        const query = [...fields].flatMap(([name, value]) => pairs(name, value, 0)).slice(0, 200)
        return send(method, `${path}?${query.join('&')}`.slice(0, 12_000))
      }
      const whole = typeof input === 'object' && input !== null && !Array.isArray(input) && fields.size > 0
      const body = input === undefined ? undefined : JSON.stringify(whole ? withOwn(fields) : input, withoutBigInt)
      return send(method, path, body, { 'content-type': 'application/json' })
    },
    close: () => agent.destroy(),
  }
}
export type Rest = ReturnType<typeof createRest>

/** As an object whose keys are all its own, `__proto__` too. */
function withOwn(fields: Map<string, unknown>): object {
  const object = {}
  for (const [key, value] of fields) Object.defineProperty(object, key, { value, enumerable: true })
  return object
}
const withoutBigInt = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(value, withoutBigInt).slice(0, 2000)
}

/** A lone surrogate has no bytes in UTF-8. */
function escaped(text: string): string {
  return encodeURIComponent(text.slice(0, 1500).toWellFormed())
}

function pairs(name: string, value: unknown, depth: number): string[] {
  if (typeof value === 'object' && value !== null && depth < 4 && !(value instanceof Date)) {
    return Object.entries(value).flatMap(([key, part]) => pairs(`${name}[${key}]`, part, depth + 1))
  }
  return [`${escaped(name)}=${escaped(textOf(value))}`]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A file, or nothing.
    return undefined
  }
}
