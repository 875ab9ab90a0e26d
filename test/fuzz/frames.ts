/** A frame of oRPC's own protocol, written by hand, so that a test can send what its client never would. */
export interface Request {
  id: string
  /** `/chats/list`. */
  path: string
  input?: unknown
}
export interface Answer {
  status: number
  body: unknown
  /** More frames follow, until it is told to stop. */
  streams: boolean
}

const TYPES = { bigint: 0, date: 1, nan: 2, undefined: 3, url: 4, regexp: 5, set: 6, map: 7 } as const
type Meta = (string | number)[][]

/** The value as JSON, with the list of what JSON has no words for. Own keys such as `__proto__` stay. */
export function encoded(value: unknown): { json: unknown; meta: Meta } {
  const meta: Meta = []
  const special = (type: keyof typeof TYPES, at: (string | number)[], json: unknown) => {
    meta.push([TYPES[type], ...at])
    return json
  }
  const walk = (part: unknown, at: (string | number)[]): unknown => {
    if (part === undefined) return special('undefined', at, null)
    if (typeof part === 'bigint') return special('bigint', at, String(part))
    if (typeof part === 'number') return Number.isNaN(part) ? special('nan', at, null) : part
    if (typeof part !== 'object' || part === null) return part
    if (part instanceof Date) return special('date', at, Number.isNaN(part.getTime()) ? null : part.toISOString())
    if (part instanceof URL) return special('url', at, String(part))
    if (part instanceof RegExp) return special('regexp', at, String(part))
    if (part instanceof Set) return special('set', at, [...part])
    if (part instanceof Map) return special('map', at, [...part])
    if (Array.isArray(part)) return part.map((one, index) => walk(one, [...at, index]))
    const copy = {}
    for (const [key, one] of Object.entries(part)) {
      const walked = walk(one, [...at, key])
      Object.defineProperty(copy, key, { value: walked, enumerable: true, configurable: true, writable: true })
    }
    return copy
  }
  return { json: walk(value, []), meta }
}

export function requestFrame({ id, path, input }: Request): string {
  if (input === undefined) return JSON.stringify({ i: id, p: { u: path, b: {} } })
  return JSON.stringify({ i: id, p: { u: path, b: encoded(input) } })
}

/** A call that carries a file: its body is a form, behind the frame's JSON and the byte 0xFF. */
export async function fileFrame({ id, path, input }: Request, field: string, file: File): Promise<Uint8Array> {
  const form = new FormData()
  const { json, meta } = encoded({ ...Object(input), [field]: {} })
  form.set('data', JSON.stringify({ json, meta, maps: [[field]] }))
  form.set('0', file)
  const body = new Response(form)
  const headers = { 'content-type': body.headers.get('content-type') ?? '' }
  const head = Buffer.from(JSON.stringify({ i: id, p: { u: path, h: headers } }))
  return Buffer.concat([head, Buffer.from([0xff]), Buffer.from(await body.arrayBuffer())])
}

export const stopFrame = (id: string): string => JSON.stringify({ i: id, t: 4 })

/** Undefined for what is no first answer: another event of a stream. */
export function answerOf(frame: string | Buffer): { id: string; answer: Answer } | undefined {
  const text = typeof frame === 'string' ? frame : jsonPart(frame)
  const { i, t, p } = JSON.parse(text) as {
    i: string
    t?: number
    p?: { s?: number; b?: unknown; h?: Record<string, string> }
  }
  if (t !== undefined) return undefined
  const streams = p?.h?.['content-type'] === 'text/event-stream'
  return { id: i, answer: { status: p?.s ?? 200, body: p?.b, streams } }
}

/** A file follows the JSON behind a byte that no UTF-8 text holds. */
function jsonPart(frame: Buffer): string {
  const end = frame.indexOf(0xff)
  return frame.subarray(0, end === -1 ? frame.length : end).toString()
}
