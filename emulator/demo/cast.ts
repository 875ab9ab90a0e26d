import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contact, Emulator, Group, PastChat } from '../index.ts'
import { PHRASES } from './phrases.ts'

interface Member {
  contact: Contact
  language: 'en' | 'pt'
}

/** Five made-up people and a group: they write in their own language, alone and among themselves. */
export function createCast(emulator: Emulator) {
  const member = (name: string, index: number, language: 'en' | 'pt'): Member => ({
    contact: emulator.contact({ name, pn: `1555000010${index}`, lid: `8000000000${index}` }),
    language,
  })
  const members = [
    member('Ana Demo', 1, 'pt'),
    member('Ben Demo', 2, 'en'),
    member('Carla Demo', 3, 'pt'),
    member('Dan Demo', 4, 'en'),
    member('Eva Demo', 5, 'pt'),
  ]
  const contacts = members.map(({ contact }) => contact)
  const group: Group = emulator.group({ subject: 'Beach weekend (demo)', members: contacts })

  const phraseOf = (language: 'en' | 'pt') => {
    const own = PHRASES.filter((phrase) => phrase.language === language)
    return own[randomInt(own.length)]?.text ?? 'Hello!'
  }

  return {
    contacts,
    group,

    /** Some days of the past, which no bot answers. */
    past(now: number): PastChat[] {
      const day = 86_400_000
      const chats = members.map(({ contact, language }, index) => ({
        with: contact.account,
        messages: PHRASES.filter((phrase) => phrase.language === language).map(({ text }, at, { length }) => ({
          text,
          time: now - (length - at) * day - index * 3_600_000,
        })),
      }))
      const together = PHRASES.map(({ text, language }, at) => ({
        text,
        time: now - (PHRASES.length - at) * 2_400_000,
        from: members.find((one) => one.language === language)?.contact.account ?? ('owner' as const),
      }))
      return [...chats, { with: group, messages: together }]
    },

    /** Somebody writes every few seconds until `signal` ends it. */
    async chatter(signal: AbortSignal, pauseMs: () => number = () => randomInt(4_000, 11_000)): Promise<void> {
      while (!signal.aborted) {
        const one = members[randomInt(members.length)]
        if (one) {
          const text = phraseOf(one.language)
          await (randomInt(3) === 0 ? one.contact.sayIn(group, text) : one.contact.say(text))
        }
        await sleep(pauseMs(), undefined, { signal }).catch(() => undefined)
      }
    },
  }
}
export type Cast = ReturnType<typeof createCast>
