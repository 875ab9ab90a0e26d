import { readiness } from './readiness.ts'

type Handler = (request: Request) => Response | Promise<Response>
const handlers = new Map<string, Handler>()

export const protocol = {
  registerSchemesAsPrivileged(_schemes: unknown[]) {
    readiness.notYet('protocol.registerSchemesAsPrivileged')
  },
  handle(scheme: string, handler: Handler) {
    readiness.already('protocol.handle')
    handlers.set(scheme, handler)
  },
  unhandle: (scheme: string) => void handlers.delete(scheme),
  handlerFor: (url: string) => handlers.get(new URL(url).protocol.slice(0, -1)),
}
