import type { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'

/**
 * Lets Baileys work on messages strictly in the order in which they came. By itself it lets live messages overtake those
 * that waited at the server, and a message from somebody known overtake one from somebody new: answers then come in the
 * wrong order, and in groups a message overtakes the key that it needs. Without `offline` all take one path.
 */
export function workInOrder(
  emitter: EventEmitter,
  event: string,
  options: { alive(): boolean; onError(error: unknown): void },
): { idle(): Promise<void> } {
  const listeners = emitter.rawListeners(event)
  emitter.removeAllListeners(event)
  let tail: Promise<void> = Promise.resolve()
  const work = async (node: BinaryNode) => {
    if (!options.alive()) return
    const { offline: _offline, ...attrs } = node.attrs
    for (const listener of listeners) await Reflect.apply(listener, emitter, [{ ...node, attrs }])
  }
  emitter.on(event, (node: BinaryNode) => {
    tail = tail.then(() => work(node)).catch(options.onError)
  })
  return { idle: () => tail }
}
