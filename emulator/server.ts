import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BinaryNode, type proto, S_WHATSAPP_NET } from '@whiskeysockets/baileys'
import { WebSocketServer } from 'ws'
import { type Connection, createConnection } from './connection.ts'
import { createIqAnswers, kindOf } from './iq.ts'
import type { LinkedDevice } from './linked-device.ts'
import type { MediaStore } from './media.ts'
import { mediaRetryAnswer } from './media-retry.ts'
import { newMessageId } from './message.ts'
import type { ServerKeys } from './noise.ts'
import { createOutgoing } from './outgoing.ts'
import { newRefs, type PairingClient, pairDeviceNode } from './pairing.ts'
import { FINISH, HELLO, helloAnswer, requestOf } from './pairing-code.ts'
import type { SignalCheck } from './signal-check.ts'
import { accountOf, child, children, seconds, type World } from './world.ts'

export interface ServerEvents {
  /** A device has logged in and got what was waiting for it. */
  onOnline(device: LinkedDevice, first: boolean): void
  onNode(node: BinaryNode): void
}

const RESTART_REQUIRED = '515'

/** The socket side: who connects, pairs, logs in, and what becomes of each stanza. */
export function createWhatsAppServer(
  world: World,
  keys: ServerKeys,
  check: SignalCheck,
  media: MediaStore,
  events: ServerEvents,
) {
  const answers = createIqAnswers(world)
  const outgoing = createOutgoing(world, check)
  const connections = new Set<Connection>()
  const pairing = new Set<PairingClient>()
  const seenOnline = new WeakSet<LinkedDevice>()

  const http = createServer((request: IncomingMessage, response: ServerResponse) => media.serve(request, response))
  const sockets = new WebSocketServer({
    server: http,
    path: '/ws/chat',
    verifyClient({ req }, done) {
      const fault = world.faults.unreachable()
      if (fault === 'refuse') req.socket.destroy()
      else done(fault === undefined, fault)
    },
  })

  sockets.on('connection', (socket) => {
    world.counters.connections++
    let role: { device: LinkedDevice } | { client: PairingClient } | undefined
    const connection = createConnection(socket, keys, {
      onPayload(payload) {
        role = payload.devicePairingData ? register(connection, payload.devicePairingData) : logIn(connection, payload)
      },
      async onNode(node) {
        events.onNode(node)
        if (!role) return
        if ('device' in role) await onDeviceNode(role.device, node)
        else onPairingNode(role.client, node)
      },
      onClose() {
        connections.delete(connection)
        if (role && 'device' in role) role.device.detach(connection)
        if (role && 'client' in role) pairing.delete(role.client)
      },
      onError: (error) => world.report(error),
    })
    connections.add(connection)
    if (world.faults.handshakesSilent()) connection.freeze()
  })

  const register = (connection: Connection, registration: proto.ClientPayload.IDevicePairingRegistrationData) => {
    const client: PairingClient = {
      connection,
      registration,
      refs: newRefs(),
      retiredSecrets: new Set(),
      codeRequest: undefined,
      onCodeAnswered: undefined,
    }
    pairing.add(client)
    connection.send(pairDeviceNode(client.refs))
    return { client }
  }

  const logIn = (connection: Connection, payload: proto.ClientPayload) => {
    const account = accountOf(world, String(payload.username))
    const device = account?.linked.get(payload.device ?? 0)
    const failure = world.faults.takeLoginFailure() ?? (device ? undefined : 401)
    if (failure !== undefined || !device) {
      world.counters.refusedLogins++
      connection.send({ tag: 'failure', attrs: { reason: String(failure ?? 401), location: 'emulator' } })
      connection.close()
      return undefined
    }
    const replaced = device.attach(connection)
    if (replaced?.isOpen()) {
      replaced.send({ tag: 'stream:error', attrs: {}, content: [{ tag: 'conflict', attrs: { type: 'replaced' } }] })
      replaced.close()
    }
    world.counters.logins++
    const attrs = { t: seconds(world.now()), props: '1', lid: device.lid, display_name: device.account.name }
    connection.send({ tag: 'success', attrs })
    return { device }
  }

  const onPairingNode = (client: PairingClient, node: BinaryNode) => {
    if (node.tag !== 'iq') return
    if (children(node)[0]?.tag === 'pair-device-sign') {
      client.connection.send({ tag: 'stream:error', attrs: { code: RESTART_REQUIRED } })
      client.connection.close()
    } else if (node.attrs.type !== 'result') {
      count(node)
      onPairingIq(client, node)
    }
  }

  const onPairingIq = (client: PairingClient, iq: BinaryNode) => {
    const attrs = { from: S_WHATSAPP_NET, id: iq.attrs.id ?? '' }
    const refusal = world.faults.takeIqError(iq)
    if (refusal) {
      const error = { tag: 'error', attrs: { code: String(refusal.code), text: refusal.text } }
      client.connection.send({ tag: 'iq', attrs: { ...attrs, type: 'error' }, content: [error] })
      return
    }
    const reg = child(iq, 'link_code_companion_reg')
    const content: BinaryNode[] = []
    if (reg?.attrs.stage === HELLO) {
      client.codeRequest = requestOf(iq)
      content.push(helloAnswer(client.codeRequest))
    }
    client.connection.send({ tag: 'iq', attrs: { ...attrs, type: 'result' }, content })
    if (reg?.attrs.stage === FINISH) client.onCodeAnswered?.(iq)
  }

  const onDeviceNode = async (device: LinkedDevice, node: BinaryNode): Promise<void> => {
    switch (node.tag) {
      case 'iq':
        return onIq(device, node)
      case 'message':
        return outgoing.route(device, node)
      case 'receipt':
        return onReceipt(device, node)
      case 'ack':
        world.counters.acks++
        device.confirm(node.attrs.class ?? '', node.attrs.id ?? '')
    }
  }

  const count = (iq: BinaryNode) => {
    const kind = kindOf(iq)
    world.counters.iq[kind] = (world.counters.iq[kind] ?? 0) + 1
  }

  const onIq = async (device: LinkedDevice, iq: BinaryNode) => {
    if (iq.attrs.type === 'result') return
    count(iq)
    await answers.answer(iq, device)
    const kind = kindOf(iq)
    if (kind === 'set md remove-companion-device') unlink(device)
    else if (kind.startsWith('set passive') && device.goLive()) {
      const first = !seenOnline.has(device)
      seenOnline.add(device)
      events.onOnline(device, first)
    }
  }

  const onReceipt = async (device: LinkedDevice, node: BinaryNode) => {
    const { id = '', to = S_WHATSAPP_NET, type, participant } = node.attrs
    world.counters.receipts++
    device.send({ tag: 'ack', attrs: { class: 'receipt', id, from: to, ...(type ? { type } : {}) } })
    if (type === 'server-error') {
      device.deliver(mediaRetryAnswer(node, media.reupload(id), world.now()))
      return
    }
    if (type === 'retry') {
      world.counters.retriesWanted++
      const author = accountOf(world, participant ?? (to.endsWith('@g.us') ? '' : to))
      for (const handset of author?.handsets.values() ?? []) {
        if (await handset.resend(device, id, node)) return
      }
      return
    }
    if (type !== 'read' && type !== 'played' && type !== 'read-self') device.confirm('message', id)
  }

  /** The phone or the device itself ends the link: the connection closes with 401, and so does every later login. */
  const unlink = (device: LinkedDevice) => {
    device.account.linked.delete(device.number)
    device.forgetQueue()
    const content = [{ tag: 'conflict', attrs: { type: 'device_removed' } }]
    device.send({ tag: 'stream:error', attrs: { code: '401' }, content })
    device.connection()?.close()
  }

  /** The server no longer trusts the code that was scanned: the client must make a new secret and show it. */
  const askForFreshCode = ({ connection }: PairingClient) => {
    const attrs = { from: S_WHATSAPP_NET, type: 'companion_reg_refresh', id: newMessageId(), t: seconds(world.now()) }
    connection.send({ tag: 'notification', attrs, content: [{ tag: 'pair-device-rotate-qr', attrs: {} }] })
  }

  return {
    pairing,
    connections,
    unlink,
    askForFreshCode,
    async listen(port: number): Promise<AddressInfo> {
      await new Promise<void>((resolve, reject) => {
        http.once('error', reject)
        http.listen(port, '127.0.0.1', resolve)
      })
      const address = http.address()
      if (address === null || typeof address === 'string') throw new Error('The emulator listens on no TCP port.')
      return address
    },
    async close(): Promise<void> {
      outgoing.dispose()
      for (const connection of connections) connection.terminate()
      sockets.close()
      http.closeAllConnections()
      await new Promise<void>((resolve) => http.close(() => resolve()))
    },
  }
}
export type WhatsAppServer = ReturnType<typeof createWhatsAppServer>
