import type { Page } from 'playwright-core'
import * as z from 'zod'

const Asked = z.object({ i: z.string(), t: z.number().optional(), p: z.object({ u: z.string() }) })

/** What stands between the page and its program: nothing, an answer that does not come, or one that is a failure. */
export type Fate = 'answered' | 'held' | 'failed'

/** Decides for each call of the page (`/chats/list`, ...) what becomes of it. Before the page is opened. */
export async function decideCalls(page: Page, fate: (call: string) => Fate): Promise<void> {
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((frame) => {
      const asked = Asked.safeParse(JSON.parse(frame.toString()))
      if (!asked.success || asked.data.t !== undefined) return server.send(frame)
      const decided = fate(asked.data.p.u)
      if (decided === 'answered') server.send(frame)
      if (decided === 'failed') {
        const json = {
          defined: false,
          code: 'INTERNAL_SERVER_ERROR',
          status: 500,
          message: 'Something went wrong here.',
        }
        socket.send(JSON.stringify({ i: asked.data.i, p: { s: 500, b: { json } } }))
      }
    })
  })
}
