import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FileNode, FolderNode, Node, Recording, Step } from './power-record.ts'

type Sync = Extract<Step, { kind: 'sync' }>
type Change = Exclude<Step, { kind: 'sync' | 'reported' }>
const SECTOR = 512

/** What of a change reached the disk: all of it; its length only, filled with zeros; or some of its sectors, given by bits of a seed. */
type Part = { change: Change; torn?: number; lengthOnly?: true }

/** What the disk holds after a cut: for each node that had changes on their way, those that arrived. */
export interface Cut {
  /** Steps that had happened; the cut came before the next one. */
  at: number
  /** The job had been reported done. */
  reported: boolean
  arrived: Map<Node, Part[]>
  /** Nodes of which something is missing or torn. */
  incomplete: Set<Node>
}
/** How a cut chooses for one node among its changes on their way. */
export type Choice = (node: Node, pending: readonly Change[]) => Part[]

export const whole = (changes: readonly Change[]): Part[] => changes.map((change) => ({ change }))

/**
 * Four rules, the least that the standard promises: what a sync covered is on the disk; of the rest of a file any writes may be there, also
 * torn between sectors, also its length without its bytes; of the rest of a folder any number of the oldest changes (or, disorderly, any);
 * and files and folders know nothing of each other. A rename is there or not, never half.
 */
export function cuts(recording: Recording, choices: readonly Choice[], ignoreSync: (sync: Sync) => boolean): Cut[] {
  const found = new Map<string, Cut>()
  const pending = new Map<Node, Change[]>()
  const durable = new Map<Node, number>()
  let reported = false
  const look = (at: number): void => {
    for (const choose of choices) {
      const arrived = new Map<Node, Part[]>()
      const incomplete = new Set<Node>()
      const signature: string[] = [reported ? 'reported' : '']
      for (const [node, changes] of [...pending].sort(([a], [b]) => a.id - b.id)) {
        const parts = choose(node, changes)
        arrived.set(node, parts)
        if (parts.filter(({ torn, lengthOnly }) => torn === undefined && !lengthOnly).length < changes.length)
          incomplete.add(node)
        if (isScratch(node)) continue
        const taken = parts.map(
          (part) => `${changes.indexOf(part.change)}${part.torn ?? ''}${part.lengthOnly ? 'z' : ''}`,
        )
        signature.push(`${node.id}:${durable.get(node) ?? 0}:${taken.join(',')}`)
      }
      for (const [node, count] of durable)
        if (!pending.has(node) && !isScratch(node)) signature.push(`${node.id}:${count}`)
      const key = signature.join(' ')
      if (!found.has(key)) found.set(key, { at, reported, arrived, incomplete })
    }
  }
  recording.steps.forEach((step, index) => {
    if (step.kind === 'reported') reported = true
    else if (step.kind === 'sync') {
      if (ignoreSync(step)) return
      const changes = pending.get(step.node) ?? []
      const covered = changes.filter(({ end }) => end <= step.begin).length
      durable.set(step.node, (durable.get(step.node) ?? 0) + covered)
      if (covered === changes.length) pending.delete(step.node)
      else pending.set(step.node, changes.slice(covered))
    } else {
      const changes = pending.get(step.node)
      if (changes) changes.push(step)
      else pending.set(step.node, [step])
    }
    look(index + 1)
  })
  return [...found.values()]
}

/** Folders whose contents the start throws away whatever they are: states that differ only there are one. */
const isScratch = (node: Node): boolean => /^scratch(\/|$)|^restore\/(?!undo)/.test(node.path)

/** Builds the folder as it is found after the cut. */
export function build({ root, steps }: Recording, cut: Cut, ignoreSync: (sync: Sync) => boolean, folder: string): void {
  const done = new Map<Node, Part[]>()
  const history = new Map<Node, Change[]>()
  for (const step of steps.slice(0, cut.at)) {
    if (step.kind === 'reported') continue
    if (step.kind === 'sync') {
      if (ignoreSync(step)) continue
      const before = history.get(step.node) ?? []
      const covered = before.filter(({ end }) => end <= step.begin)
      done.set(step.node, whole(covered))
      continue
    }
    const before = history.get(step.node)
    if (before) before.push(step)
    else history.set(step.node, [step])
  }
  const partsOf = (node: Node): Part[] => [...(done.get(node) ?? []), ...(cut.arrived.get(node) ?? [])]
  const write = (node: Node, path: string): void => {
    if (node.kind === 'file') {
      writeFileSync(path, contentOf(node, partsOf(node)), { mode: 0o600 })
      return
    }
    mkdirSync(path, { mode: 0o700 })
    for (const [name, entry] of entriesOf(node, partsOf(node))) {
      // A shared-memory index is made anew after any crash; what it held was never in the trace.
      if (!name.endsWith('-shm')) write(entry, join(path, name))
    }
  }
  write(root, folder)
}

function entriesOf(node: FolderNode, parts: readonly Part[]): Map<string, Node> {
  const entries = new Map(node.entries)
  for (const { change } of parts) {
    if (change.kind === 'remove') entries.delete(change.name)
    if (change.kind === 'rename') entries.delete(change.from)
    if (change.kind === 'add' || change.kind === 'rename') entries.set(change.name, change.what)
  }
  return entries
}

function contentOf(node: FileNode, parts: readonly Part[]): Buffer {
  let content = Buffer.from(node.content)
  const grow = (size: number): void => {
    if (size > content.length) content = Buffer.concat([content, Buffer.alloc(size - content.length)])
  }
  for (const { change, torn, lengthOnly } of parts) {
    if (change.kind === 'size') {
      grow(change.size)
      content = content.subarray(0, change.size)
    }
    if (change.kind !== 'write') continue
    const { offset, data } = change
    grow(offset + data.length)
    if (lengthOnly) continue
    if (torn === undefined) {
      data.copy(content, offset)
      continue
    }
    for (let at = 0, sector = 0; at < data.length; sector++) {
      const next = Math.min(data.length, at + SECTOR - ((offset + at) % SECTOR))
      if (((torn >>> (sector % 31)) & 1) === 1) data.copy(content, offset + at, at, next)
      at = next
    }
  }
  return content
}
