// The first words on a local socket. Each side proves that it knows the secret of the door without sending it, and nothing else is sent before:
//   caller: whatslang 1 <nonce>      owner: <nonce> <proof>      caller: <proof>      owner: ok
// Only then the connection speaks HTTP. Node cannot ask a socket for its peer's user (SO_PEERCRED); only that user and root can read the door.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'

const GREETING = 'whatslang 1'
const NONCE = /^[0-9a-f]{64}$/
const MAX_LINE = 256
const PATIENCE_MS = 5000

const newNonce = () => randomBytes(32).toString('hex')
const proof = (secret: string, side: 'owner' | 'caller', ...nonces: string[]) =>
  createHmac('sha256', secret)
    .update(`${side} ${nonces.join(' ')}`)
    .digest('hex')

function same(given: string, expected: string): boolean {
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
}

/** The owner's side. `accept` takes the connection over before the caller learns that it may speak. @throws where the caller does not know the secret */
export async function admitCaller(socket: Socket, secret: string, accept: () => void): Promise<void> {
  const [greeting, theirs = ''] = splitLast(await readLine(socket))
  if (greeting !== GREETING || !NONCE.test(theirs)) throw new Error('The caller speaks another protocol.')
  const ours = newNonce()
  socket.write(`${ours} ${proof(secret, 'owner', theirs, ours)}\n`)
  if (!same(await readLine(socket), proof(secret, 'caller', theirs, ours))) {
    throw new Error('The caller does not know the secret.')
  }
  accept()
  socket.write('ok\n')
}

/** The caller's side. @throws where the other end does not know the secret; it has received a random number then */
export async function proveOwner(socket: Socket, secret: string): Promise<void> {
  const ours = newNonce()
  socket.write(`${GREETING} ${ours}\n`)
  const [theirs = '', given = ''] = splitLast(await readLine(socket))
  if (!NONCE.test(theirs) || !same(given, proof(secret, 'owner', ours, theirs))) {
    throw new Error('The owner does not know the secret.')
  }
  socket.write(`${proof(secret, 'caller', ours, theirs)}\n`)
  if ((await readLine(socket)) !== 'ok') throw new Error('The owner did not accept the secret.')
}

function splitLast(line: string): string[] {
  const at = line.lastIndexOf(' ')
  return [line.slice(0, Math.max(0, at)), line.slice(at + 1)]
}

/** One line and nothing behind it: the other side waits for an answer. */
function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const settle = (error: Error | undefined) => {
      clearTimeout(timer)
      socket.off('data', onData).off('error', onEnd).off('close', onEnd).off('end', onEnd)
      if (error === undefined) resolve(text.slice(0, -1))
      else reject(error)
    }
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\n')
      if (end >= 0) settle(end === text.length - 1 ? undefined : new Error('The other side did not wait.'))
      else if (text.length > MAX_LINE) settle(new Error('The other side speaks another protocol.'))
    }
    const onEnd = () => settle(new Error('The other side hung up.'))
    const timer = setTimeout(() => settle(new Error('The other side does not answer.')), PATIENCE_MS)
    socket.on('data', onData).on('error', onEnd).on('close', onEnd).on('end', onEnd)
  })
}
