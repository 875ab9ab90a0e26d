import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Account } from './world.ts'

export interface Group {
  readonly jid: string
  subject: string
  /** Members, the owner of the linked account among them. */
  readonly members: Set<Account>
  /** Seconds since 1970. */
  readonly createdAt: number
}

/** A group as `w:g2` answers describe it: addressed by LID, with each member's phone number beside. */
export function groupNode(group: Group): BinaryNode {
  return {
    tag: 'group',
    attrs: {
      id: group.jid.replace('@g.us', ''),
      subject: group.subject,
      creation: String(group.createdAt),
      s_t: String(group.createdAt),
      addressing_mode: 'lid',
    },
    content: [...group.members].map((member) => ({
      tag: 'participant',
      attrs: { jid: member.lid, phone_number: member.pn },
    })),
  }
}
