import { type BinaryNode, S_WHATSAPP_NET } from '@whiskeysockets/baileys'
import { groupNode } from './group.ts'
import { bundleNodes, registrationNode } from './keys-node.ts'
import type { LinkedDevice } from './linked-device.ts'
import { timelockFacts } from './timelock.ts'
import { accountOf, bundleOf, bytesOf, child, children, type World } from './world.ts'

type Answer = BinaryNode[] | undefined
type Handler = (iq: BinaryNode, device: LinkedDevice) => Answer | Promise<Answer>

/** The answers to a logged-in device's IQs, by namespace and first child. What is not here gets an empty result. */
export function createIqAnswers(world: World) {
  const handlers: Record<string, Handler> = {
    'get encrypt count': (_iq, device) => [leaf('count', { value: String(device.preKeysLeft) })],
    'get encrypt digest': () => [{ tag: 'digest', attrs: {}, content: [] }],
    'get encrypt key': async (iq) => {
      const asked = children(child(iq, 'key'), 'user').map(({ attrs }) => attrs.jid ?? '')
      return [{ tag: 'list', attrs: {}, content: await Promise.all(asked.map(keysOf)) }]
    },
    'set encrypt registration': (iq, device) => {
      device.storeKeys(iq)
      return undefined
    },
    'set encrypt rotate': (iq, device) => {
      device.rotateSignedKey(iq)
      return undefined
    },
    'get usync usync': (iq) => [usync(child(iq, 'usync'))],
    'get w:g2 query': (iq) => {
      const group = world.groups.get(iq.attrs.to ?? '')
      return group && [groupNode(group)]
    },
    'get w:g2 participating': (_iq, device) => {
      const own = [...world.groups.values()].filter(({ members }) => members.has(device.account))
      return [{ tag: 'groups', attrs: {}, content: own.map(groupNode) }]
    },
    'set w:sync:app:state sync': (iq) => {
      const names = children(child(iq, 'sync'), 'collection').map(({ attrs }) => attrs.name ?? '')
      const content = names.map((name) => leaf('collection', { name, version: '0', type: 'result' }))
      return [{ tag: 'sync', attrs: {}, content }]
    },
    'get w:mex query': () => {
      const data = { xwa2_fetch_account_reachout_timelock: timelockFacts(world.faults.timelock()) }
      return [{ tag: 'result', attrs: {}, content: Buffer.from(JSON.stringify({ data })) }]
    },
    'get abt props': () => [{ tag: 'props', attrs: { protocol: '1', hash: 'emulator' }, content: [] }],
    'get privacy privacy': () => [
      { tag: 'privacy', attrs: {}, content: [leaf('category', { name: 'readreceipts', value: 'all' })] },
    ],
  }

  const keysOf = async (jid: string): Promise<BinaryNode> => {
    const bundle = await bundleOf(world, jid)
    const content = bundle
      ? [registrationNode(bundle), ...bundleNodes(bundle)]
      : [leaf('error', { code: '404', text: 'item-not-found' })]
    return { tag: 'user', attrs: { jid }, content }
  }

  const usync = (query: BinaryNode | undefined): BinaryNode => {
    const protocols = new Set(children(child(query, 'query')).map(({ tag }) => tag))
    const users = children(child(query, 'list'), 'user').map((user): BinaryNode => {
      const jid = user.attrs.jid ?? phoneJid(child(user, 'contact'))
      const account = accountOf(world, jid)
      const content: BinaryNode[] = []
      if (protocols.has('contact')) content.push(leaf('contact', { type: account ? 'in' : 'out' }))
      if (account && protocols.has('devices')) {
        const numbers = [...account.handsets.keys(), ...account.linked.keys()]
        const devices = numbers.map((number) =>
          leaf('device', { id: String(number), ...(number === 0 ? {} : { 'key-index': String(number) }) }),
        )
        content.push({
          tag: 'devices',
          attrs: {},
          content: [{ tag: 'device-list', attrs: {}, content: devices }],
        })
      }
      if (account && protocols.has('lid') && jid.endsWith(S_WHATSAPP_NET)) {
        content.push(leaf('lid', { val: account.lid }))
      }
      return { tag: 'user', attrs: { jid }, content }
    })
    return {
      tag: 'usync',
      attrs: query?.attrs ?? {},
      content: [leaf('result', {}), { tag: 'list', attrs: {}, content: users }],
    }
  }

  return {
    async answer(iq: BinaryNode, device: LinkedDevice): Promise<void> {
      const kind = kindOf(iq)
      const { id = '', to = S_WHATSAPP_NET } = iq.attrs
      const refusal = world.faults.takeIqError(iq)
      if (refusal) {
        const error = leaf('error', { code: String(refusal.code), text: refusal.text })
        device.send({ tag: 'iq', attrs: { from: to, type: 'error', id }, content: [error] })
        return
      }
      const content = await handlers[kind]?.(iq, device)
      device.send({ tag: 'iq', attrs: { from: to, type: 'result', id }, content: content ?? [] })
    },
  }
}

/** `<contact>+5511...</contact>` of somebody who is looked up by phone number. */
const phoneJid = (contact: BinaryNode | undefined) =>
  contact ? `${bytesOf(contact).toString().replace('+', '')}${S_WHATSAPP_NET}` : ''

/** `type xmlns first-child`: what an IQ asks. */
export function kindOf(iq: BinaryNode): string {
  const { type = '', xmlns = '' } = iq.attrs
  return [type, xmlns, children(iq)[0]?.tag ?? ''].filter(Boolean).join(' ')
}

const leaf = (tag: string, attrs: Record<string, string>): BinaryNode => ({ tag, attrs })
