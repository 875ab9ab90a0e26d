import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'

const CHUNK = 256 * 1024
/** A file that is not asked for, or no longer, is closed after this: its caller went away. */
const IDLE_MS = 10 * 60_000

/**
 * An answer that is a file of any size: opened here, read from the disk as it is sent, and closed when it was sent, when its caller goes away, or
 * when nothing was read for ten minutes. It can be read once.
 */
class OpenFile extends File {
  readonly #handle: FileHandle
  #idle: NodeJS.Timeout | undefined
  #taken = false

  constructor(handle: FileHandle, size: number, name: string) {
    super([], name, { type: 'application/octet-stream' })
    this.#handle = handle
    // Blob's own is 0: it holds nothing.
    Object.defineProperty(this, 'size', { value: size })
    this.#touch()
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (this.#taken) throw new TypeError('This file was read already.')
    this.#taken = true
    let at = 0
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: async (controller) => {
          this.#touch()
          const { buffer, bytesRead } = await this.#handle.read(new Uint8Array(CHUNK), 0, CHUNK, at)
          at += bytesRead
          if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead))
          await this.#close()
          controller.close()
        },
        cancel: () => this.#close(),
      },
      { highWaterMark: 0 },
    )
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return new Response(this.stream()).arrayBuffer()
  }
  override text(): Promise<string> {
    return new Response(this.stream()).text()
  }
  override slice(): Blob {
    throw new TypeError('This file is only read as a whole.')
  }

  #touch(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.#close(), IDLE_MS).unref()
  }
  async #close(): Promise<void> {
    clearTimeout(this.#idle)
    await this.#handle.close()
  }
}

/** A file of a folder that others may write into: what was swapped for a link or a pipe is not sent. */
export async function sendFile(path: string, name: string): Promise<File> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const info = await handle.stat()
    if (!info.isFile()) throw Object.assign(new Error(`${path} is no file.`), { code: 'not-a-file' })
    return new OpenFile(handle, info.size, name)
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A temporary file: its name is gone before the first byte is sent, so that nothing of it stays, whatever becomes of us. */
export async function sendTemporary(path: string, name: string): Promise<File> {
  try {
    return await sendFile(path, name)
  } finally {
    await unlink(path)
  }
}
