import type { Page } from 'playwright-core'
import { createLink, type Link } from './link.ts'

/** A MessagePort to the desktop program, asked for by the page as its own code asks for one. */
export async function openPort(page: Page): Promise<Link> {
  let hear: (frame: string | Buffer) => void = () => undefined
  const name = `fuzz${Date.now()}${Math.random().toString(36).slice(2)}`
  await page.exposeFunction(`${name}Frame`, (text: string | null, base64: string) =>
    hear(text ?? Buffer.from(base64, 'base64')),
  )
  await page.evaluate((own) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', ({ data }) => {
      const tell = Reflect.get(globalThis, `${own}Frame`) as (text: string | null, base64: string) => void
      if (typeof data === 'string') return tell(data, '')
      const codes = Array.from(new Uint8Array(data), (code) => String.fromCharCode(code))
      tell(null, btoa(codes.join('')))
    })
    port1.start()
    Object.assign(globalThis, { [own]: port1 })
    window.postMessage('whatslang:connect', '*', [port2])
  }, name)
  const post = (frames: string[]) =>
    page.evaluate(
      ([own, texts]) => {
        const port = Reflect.get(globalThis, own) as MessagePort
        for (const text of texts) {
          if (text.startsWith('base64:')) {
            port.postMessage(Uint8Array.from(atob(text.slice(7)), (char) => char.charCodeAt(0)))
          } else port.postMessage(text)
        }
      },
      [name, frames] as const,
    )
  // Frames of one turn travel together: each trip into the page costs milliseconds.
  const held: string[] = []
  let sent: Promise<void> = Promise.resolve()
  let onClosed: () => void = () => undefined
  const flush = () => {
    const frames = held.splice(0)
    sent = sent.then(() => post(frames)).catch(() => onClosed())
  }
  return createLink({
    send(frame) {
      if (held.length === 0) setImmediate(flush)
      held.push(typeof frame === 'string' ? frame : `base64:${Buffer.from(frame).toString('base64')}`)
    },
    onFrame: (listener) => {
      hear = listener
    },
    onClose: (listener) => {
      onClosed = listener
      page.once('close', listener)
    },
    async close() {
      await sent
      await page
        .evaluate((own) => (Reflect.get(globalThis, own) as MessagePort).close(), name)
        // The page went away with its port.
        .catch(() => undefined)
    },
  })
}
