import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  path: string
  headers: IncomingHttpHeaders
  messages: { role: string; content: string }[]
  body: string
}

/** A model's address that does what a test says, and remembers what it was asked. */
export async function scriptedModel(answer?: (response: ServerResponse, asked: Asked) => void) {
  const seen: Asked[] = []
  let act = answer ?? ((response: ServerResponse) => say(response, 'an answer'))
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += String(chunk)
    })
    request.on('end', () => {
      const asked = { path: request.url ?? '', headers: request.headers, messages: messagesOf(body), body }
      seen.push(asked)
      act(response, asked)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/v1`,
    seen,
    /** Calls for an answer; the list of models is another. */
    questions: () => seen.filter(({ path }) => path.endsWith('/chat/completions')),
    does(next: (response: ServerResponse, asked: Asked) => void) {
      act = next
      seen.length = 0
    },
    close(): Promise<void> {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
export type ScriptedModel = Awaited<ReturnType<typeof scriptedModel>>

export function say(response: ServerResponse, content: string): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content } }], data: [] }))
}

function messagesOf(body: string): Asked['messages'] {
  try {
    return (JSON.parse(body) as { messages?: Asked['messages'] }).messages ?? []
  } catch {
    // A request without a body: the list of models.
    return []
  }
}
