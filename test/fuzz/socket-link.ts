import { WebSocket } from 'ws'
import { createLink, type Link } from './link.ts'

/** The program's WebSocket, as a page or a script opens it. Rejects with the status where it is refused. */
export function openSocket(url: string, headers: Record<string, string>): Promise<Link> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers, maxPayload: 256 * 1024 * 1024 })
    socket.on('error', reject)
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      reject(new Error(`The WebSocket was refused with ${response.statusCode}.`))
    })
    socket.on('open', () => {
      const link = createLink({
        send: (frame) => socket.send(frame),
        onFrame: (listener) =>
          socket.on('message', (data: Buffer, binary: boolean) => listener(binary ? data : data.toString())),
        onClose: (listener) => socket.on('close', listener),
        close: () =>
          new Promise((closed) => {
            if (socket.readyState === WebSocket.CLOSED) return closed()
            socket.on('close', () => closed())
            socket.close()
          }),
      })
      resolve(link)
    })
  })
}
