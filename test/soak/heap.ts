import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

/** Environment of a program whose heap is to be looked at: where Node's inspector listens once it is asked for. It costs nothing before. */
export const inspectable = (port: number) => ({ NODE_OPTIONS: `--inspect-port=127.0.0.1:${port}` })

/** Looks into a running program from outside, after it has collected its garbage. */
export async function createHeapWatch(pid: number, port: number) {
  process.kill(pid, 'SIGUSR1')
  const socket = new WebSocket(await inspectorAddress(port))
  await new Promise((open, failed) => socket.once('open', open).once('error', failed))
  let next = 1
  const ask = (method: string): Promise<Record<string, number>> =>
    new Promise((resolve) => {
      const id = next++
      const hear = (data: Buffer) => {
        const told = JSON.parse(data.toString()) as { id?: number; result?: Record<string, number> }
        if (told.id !== id) return
        socket.off('message', hear)
        resolve(told.result ?? {})
      }
      socket.on('message', hear)
      socket.send(JSON.stringify({ id, method }))
    })
  return {
    /** Megabytes in use and resident, and open descriptors. */
    async look() {
      // What is freed in the first pass may free more in the second.
      await ask('HeapProfiler.collectGarbage')
      await ask('HeapProfiler.collectGarbage')
      const { usedSize = 0 } = await ask('Runtime.getHeapUsage')
      return { heapMb: megabytes(usedSize), rssMb: megabytes(residentBytes(pid)), descriptors: descriptorsOf(pid) }
    },
    close: () => socket.terminate(),
  }
}
export type HeapWatch = Awaited<ReturnType<typeof createHeapWatch>>
export type Look = Awaited<ReturnType<HeapWatch['look']>>

async function inspectorAddress(port: number): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const list = await fetch(`http://127.0.0.1:${port}/json`).then(
      (answer) => answer.json() as Promise<{ webSocketDebuggerUrl: string }[]>,
      () => [],
    )
    if (list[0]) return list[0].webSocketDebuggerUrl
    await sleep(100)
  }
  throw new Error(`No inspector came up at port ${port}.`)
}

const megabytes = (bytes: number) => Math.round((bytes / 1e6) * 10) / 10
const residentBytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
const descriptorsOf = (pid: number) => readdirSync(`/proc/${pid}/fd`).length
