import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HostError } from './host-error.ts'

/** Resolves with the port. @throws HostError where the address cannot be had */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`
      if (cause.code === 'EADDRINUSE') {
        const message = `Another program already listens at ${where}. Stop it, or choose another port with WHATSLANG_PORT.`
        reject(new HostError('address-in-use', message, { cause }))
      } else {
        const message = `This machine does not let Whatslang listen at ${where} (${cause.code ?? 'unknown'}). Check WHATSLANG_HOST and WHATSLANG_PORT.`
        reject(new HostError('address-refused', message, { cause }))
      }
    }
    server.once('error', failed)
    server.listen(port, host.replace(/^\[|\]$/g, ''), () => {
      server.off('error', failed)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

/** How this machine's own browser reaches it. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
