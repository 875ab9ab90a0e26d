import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { bytesOf, type Call, pathOf } from './power-trace.ts'

export interface FileNode {
  kind: 'file'
  id: number
  /** The name that it was made or found under. */
  path: string
  /** What it held before the job. */
  content: Buffer
}
export interface FolderNode {
  kind: 'folder'
  id: number
  path: string
  entries: Map<string, FileNode | FolderNode>
}
export type Node = FileNode | FolderNode

/** What a job did to its folder. Every step names the file or the folder that it changes. */
export type Step =
  | { kind: 'write'; node: FileNode; offset: number; data: Buffer; end: number }
  | { kind: 'size'; node: FileNode; size: number; end: number }
  | { kind: 'add'; node: FolderNode; name: string; what: Node; end: number }
  | { kind: 'remove'; node: FolderNode; name: string; end: number }
  | { kind: 'rename'; node: FolderNode; from: string; name: string; what: Node; end: number }
  /** All steps of the node that had ended before `begin` are on the disk. `path`: what the node was called then. */
  | { kind: 'sync'; node: Node; path: string; begin: number; end: number }
  /** The program said that the job is done. */
  | { kind: 'reported'; end: number }

export interface Recording {
  root: FolderNode
  steps: Step[]
}
interface Open {
  node: Node
  position: number
  append: boolean
}

/** Puts the calls together to what happened within `folder`. `before` is a copy of the folder as it was. Throws for a call that this model does not know. */
export function record(calls: readonly Call[], folder: string, before: string, reported: string): Recording {
  let ids = 0
  const read = (path: string, name: string): Node => {
    if (!lstatSync(path).isDirectory()) return { kind: 'file', id: ids++, path: name, content: readFileSync(path) }
    const entries = new Map(readdirSync(path).map((entry) => [entry, read(join(path, entry), join(name, entry))]))
    return { kind: 'folder', id: ids++, path: name, entries }
  }
  const root = read(before, '')
  if (root.kind !== 'folder') throw new Error(`${before} is no folder.`)
  // The names as they are while the steps are gone through; `root` stays as it was.
  const names = new Map<FolderNode, Map<string, Node>>()
  const entriesOf = (node: FolderNode): Map<string, Node> => {
    const now = names.get(node) ?? new Map(node.entries)
    names.set(node, now)
    return now
  }
  const find = (path: string): Node | undefined => {
    if (path === folder) return root
    const parent = find(dirname(path))
    return parent?.kind === 'folder' ? entriesOf(parent).get(basename(path)) : undefined
  }
  const parentOf = (path: string): FolderNode => {
    const parent = find(dirname(path))
    if (parent?.kind !== 'folder') throw new Error(`The trace names ${path}, whose folder is unknown.`)
    return parent
  }
  const inside = (path: string): boolean => path === folder || path.startsWith(`${folder}/`)
  const nameOf = (path: string): string => path.slice(folder.length + 1)
  const steps: Step[] = []
  const open = new Map<string, Open>()
  const cursorOf = (fd: string): (Open & { node: FileNode }) | undefined => {
    const found = open.get(fd)
    return found?.node.kind === 'file' ? (found as Open & { node: FileNode }) : undefined
  }
  const sizes = new Map<FileNode, number>()
  const sizeOf = (node: FileNode): number => sizes.get(node) ?? node.content.length
  const resize = (node: FileNode, size: number, end: number): void => {
    if (sizeOf(node) === size) return
    sizes.set(node, size)
    steps.push({ kind: 'size', node, size, end })
  }
  const write = (node: FileNode, offset: number, data: Buffer, end: number): void => {
    sizes.set(node, Math.max(sizeOf(node), offset + data.length))
    steps.push({ kind: 'write', node, offset, data, end })
  }
  const add = (path: string, what: Node, end: number): void => {
    const node = parentOf(path)
    entriesOf(node).set(basename(path), what)
    steps.push({ kind: 'add', node, name: basename(path), what, end })
  }
  const remove = (path: string, end: number): void => {
    const node = parentOf(path)
    entriesOf(node).delete(basename(path))
    steps.push({ kind: 'remove', node, name: basename(path), end })
  }
  const rename = (from: string, to: string, end: number): void => {
    const [node, target, what] = [parentOf(from), parentOf(to), find(from)]
    if (node !== target || what === undefined) throw new Error(`A rename from ${from} to ${to} is not in this model.`)
    entriesOf(node).delete(basename(from))
    entriesOf(node).set(basename(to), what)
    steps.push({ kind: 'rename', node, from: basename(from), name: basename(to), what, end })
  }

  for (const { name, args, result, begin, end } of calls) {
    const [first = '', second = '', third = '', fourth = ''] = args
    if (result < 0) {
      if (name.startsWith('unlink') && pathOf(second || first) === join(folder, reported))
        steps.push({ kind: 'reported', end })
      continue
    }
    const cursor = cursorOf(first)
    switch (name) {
      case 'open':
      case 'openat':
      case 'creat': {
        const [path, flags] = name === 'openat' ? [pathOf(second), third] : [pathOf(first), second]
        if (!inside(path)) break
        let node = find(path)
        if (node === undefined) {
          if (!flags.includes('O_CREAT') && name !== 'creat') break
          node = { kind: 'file', id: ids++, path: nameOf(path), content: Buffer.alloc(0) }
          add(path, node, end)
        } else if (node.kind === 'file' && flags.includes('O_TRUNC')) resize(node, 0, end)
        open.set(String(result), { node, position: 0, append: flags.includes('O_APPEND') })
        break
      }
      case 'close':
        open.delete(first)
        break
      case 'lseek':
        if (cursor) cursor.position = result
        break
      case 'write':
      case 'writev': {
        if (!cursor) break
        if (cursor.append) cursor.position = sizeOf(cursor.node)
        write(cursor.node, cursor.position, bytesOf(second).subarray(0, result), end)
        cursor.position += result
        break
      }
      case 'pwrite64':
      case 'pwritev':
        if (cursor) write(cursor.node, Number(fourth), bytesOf(second).subarray(0, result), end)
        break
      case 'ftruncate':
        if (cursor) resize(cursor.node, Number(second), end)
        break
      case 'truncate': {
        const node = inside(pathOf(first)) ? find(pathOf(first)) : undefined
        if (node?.kind === 'file') resize(node, Number(second), end)
        break
      }
      case 'fallocate':
        if (cursor && second === '0')
          resize(cursor.node, Math.max(sizeOf(cursor.node), Number(third) + Number(fourth)), end)
        break
      case 'fsync':
      case 'fdatasync': {
        const node = open.get(first)?.node
        if (node) steps.push({ kind: 'sync', node, path: pathNow(root, node, entriesOf), begin, end })
        break
      }
      case 'rename':
        if (inside(pathOf(first))) rename(pathOf(first), pathOf(second), end)
        break
      case 'renameat':
      case 'renameat2':
        if (inside(pathOf(second))) rename(pathOf(second), pathOf(fourth), end)
        break
      case 'link':
      case 'linkat': {
        const [from, to] = name === 'link' ? [pathOf(first), pathOf(second)] : [pathOf(second), pathOf(fourth)]
        const what = inside(to) ? find(from) : undefined
        if (what) add(to, what, end)
        break
      }
      case 'unlink':
      case 'rmdir':
        if (inside(pathOf(first))) remove(pathOf(first), end)
        break
      case 'unlinkat': {
        const from = open.get(first)?.node
        const path = from ? join(folder, pathNow(root, from, entriesOf), bytesOf(second).toString()) : pathOf(second)
        if (inside(path)) remove(path, end)
        break
      }
      case 'mkdir':
      case 'mkdirat': {
        const path = pathOf(name === 'mkdir' ? first : second)
        if (inside(path)) add(path, { kind: 'folder', id: ids++, path: nameOf(path), entries: new Map() }, end)
        break
      }
      default:
        if (open.has(first) || open.has(second)) throw new Error(`The call ${name} is not in this model.`)
    }
  }
  return { root, steps }
}

/** Where a node is found now, below the root; where it has no name any more, what it was made as. */
function pathNow(root: FolderNode, wanted: Node, entriesOf: (node: FolderNode) => Map<string, Node>): string {
  const look = (folder: FolderNode, path: string): string | undefined => {
    for (const [name, node] of entriesOf(folder)) {
      if (node === wanted) return join(path, name)
      const found = node.kind === 'folder' ? look(node, join(path, name)) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }
  return wanted === root ? '' : (look(root, '') ?? wanted.path)
}
