import { EventEmitter } from 'node:events'
import type { MessagePortMain } from 'electron'
import type { Page } from 'playwright-core'

export type Frame = { s: string } | { b: string }
const encode = (data: unknown): Frame =>
  typeof data === 'string' ? { s: data } : { b: Buffer.from(data as Uint8Array).toString('base64') }
const decode = (frame: Frame) => ('s' in frame ? frame.s : Uint8Array.from(Buffer.from(frame.b, 'base64')))

/** The main process's end of a page's MessagePort, relayed through a binding: frames are text or bytes. */
export class PortMain extends EventEmitter implements Pick<MessagePortMain, 'postMessage' | 'start' | 'close'> {
  readonly #page: Page
  readonly #id: string
  #started = false
  #closed = false
  readonly #held: Frame[] = []

  constructor(page: Page, id: string) {
    super()
    this.#page = page
    this.#id = id
  }
  get page() {
    return this.#page
  }
  start() {
    this.#started = true
    for (const frame of this.#held.splice(0)) this.deliver(frame)
  }
  deliver(frame: Frame) {
    if (this.#closed) return
    if (this.#started) this.emit('message', { data: decode(frame), ports: [] })
    else this.#held.push(frame)
  }
  postMessage(data: unknown) {
    if (this.#closed) return
    this.#page
      .evaluate(([id, frame]) => globalThis.__standInFromMain?.(id, frame), [this.#id, encode(data)] as const)
      // The page left while a frame was on its way: a real port drops it too.
      .catch(() => this.close())
  }
  close() {
    if (this.#closed) return
    this.#closed = true
    this.emit('close')
  }
}

declare global {
  var __standInFromMain: ((id: string, frame: Frame) => void) | undefined
}
