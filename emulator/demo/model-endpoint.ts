import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'

const Request = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.union([z.string(), z.array(z.unknown())]) })),
})

export interface ModelEndpointOptions {
  /** The name that `/v1/models` lists. */
  name: string
  /** `system` is the bot's prompt, `text` the newest message of the user. */
  answer(system: string, text: string): string | Promise<string>
  delayMs?: number
}

/** An OpenAI-compatible endpoint on loopback that thinks for as long as it is told and says what `answer` says. */
export async function createModelEndpoint(options: ModelEndpointOptions) {
  let calls = 0
  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      // A caller that was killed in the middle of its call: nobody is left to tell.
      response.destroy()
    })
  })

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.split('?', 1)[0]
    if (path === '/v1/models')
      return send(response, 200, { object: 'list', data: [{ id: options.name, object: 'model' }] })
    if (path !== '/v1/chat/completions') return send(response, 404, { error: { message: 'Not found.' } })
    const parsed = Request.safeParse(await bodyOf(request))
    if (!parsed.success) return send(response, 400, { error: { message: 'Not a chat completion request.' } })
    calls++
    if (options.delayMs) await sleep(options.delayMs)
    const last = (role: string) => parsed.data.messages.findLast((message) => message.role === role)?.content
    const content = await options.answer(textOf(last('system')), textOf(last('user')))
    send(response, 200, {
      id: `chatcmpl-${calls}`,
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model: options.name,
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    })
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The endpoint listens on no TCP port.')

  return {
    /** What `OPENAI_BASE_URL` takes. */
    url: `http://127.0.0.1:${address.port}/v1`,
    get calls() {
      return calls
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
export type ModelEndpoint = Awaited<ReturnType<typeof createModelEndpoint>>

const textOf = (content: string | unknown[] | undefined) => (typeof content === 'string' ? content : '')

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    // The schema refuses it.
    return undefined
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
