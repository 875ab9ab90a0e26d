import type { Contact, Emulator, Group, PastChat, PastMessage } from '../../emulator/index.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** What the stand-in for a model says, by what it was asked. */
export const ANSWERS: Record<string, string> = {
  'Onde fica a estação?': 'Where is the station?',
  'O jantar é às oito, na casa da minha avó. Leva um agasalho, está frio.':
    'Dinner is at eight, at my grandmother’s house. Bring something warm, it is cold.',
  'I will take the train at half past six.': 'Vou pegar o trem das seis e meia.',
  'Who brings the umbrella?': 'Quem leva o guarda-sol?',
  'Eu levo o guarda-sol e as cadeiras 🏖️': 'I will bring the umbrella and the chairs 🏖️',
}

/** People with every kind of name that breaks a layout: long, without a blank, from right to left, of emoji, absent. */
export function createPeople(emulator: Emulator) {
  let next = 1
  const person = (name: string): Contact => {
    const number = String(next++).padStart(2, '0')
    return emulator.contact({ name, pn: `155500001${number}`, lid: `800000000${number}` })
  }
  const ana = person('Ana Demo')
  const ben = person('Ben Demo')
  const carla = person('Carla Demo')
  const dan = person('Dan Demo')
  const long = person('Dra. Maria Aparecida Demonstração de Exemplo e Silva (consultório, horário comercial)')
  const unbroken = person('Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch')
  const greek = person('Γιώργος Παράδειγμα 🇬🇷')
  const hebrew = person('יעל לדוגמה')
  const arabic = person('محمد مثال')
  const emoji = person('👩‍👩‍👧‍👦🎉🌵')
  const nameless = person('')
  const short = person('Z')
  const beach = emulator.group({
    subject: 'Beach weekend (demo) 🏖️',
    members: [ana, ben, carla, nameless],
    id: '120363000000000001',
  })
  const building = emulator.group({
    subject: 'Condomínio Edifício Exemplo: avisos, obras, achados e perdidos, convivência',
    members: [ana, dan, long, nameless],
    id: '120363000000000002',
  })
  const family = emulator.group({ subject: 'العائلة (demo)', members: [arabic, hebrew], id: '120363000000000003' })
  return {
    ana,
    ben,
    carla,
    dan,
    long,
    unbroken,
    greek,
    hebrew,
    arabic,
    emoji,
    nameless,
    short,
    beach,
    building,
    family,
  }
}
export type People = ReturnType<typeof createPeople>

/** Three hundred lines, as somebody pastes a log. */
export const THREE_HUNDRED_LINES = Array.from(
  { length: 300 },
  (_, index) => `${String(index + 1).padStart(3, '0')}  flour, sugar, three eggs and a pinch of salt`,
).join('\n')

const TALK: [string, 'them' | 'me'][] = [
  ['Bom dia! Tudo bem por aí?', 'them'],
  ['Tudo ótimo, e você?', 'me'],
  ['Estou procurando aquele restaurante da praia, lembra?', 'them'],
  ['The one with the blue door? https://example.org/menu', 'me'],
  ['Esse mesmo! Vamos no sábado?', 'them'],
  ['Saturday is perfect.', 'me'],
]

/** What was said before the program was linked; no bot answers it. */
export function past(people: People, now: number): PastChat[] {
  const {
    ana,
    ben,
    carla,
    dan,
    long,
    unbroken,
    greek,
    hebrew,
    arabic,
    emoji,
    nameless,
    short,
    beach,
    building,
    family,
  } = people
  const talk = (contact: Contact, texts: [string, 'them' | 'me'][], ago: number): PastChat => ({
    with: contact.account,
    messages: texts.map(
      ([text, from], index): PastMessage => ({
        text,
        time: now - ago - (texts.length - index) * 7 * MINUTE,
        ...(from === 'me' ? { from: 'owner' as const } : {}),
      }),
    ),
  })
  const together = (group: Group, texts: [string, Contact | 'owner'][], ago: number): PastChat => ({
    with: group,
    messages: texts.map(([text, from], index) => ({
      text,
      time: now - ago - (texts.length - index) * 4 * MINUTE,
      from: from === 'owner' ? ('owner' as const) : from.account,
    })),
  })
  return [
    talk(ana, [...TALK, ...TALK.map(([text, from]): [string, 'them' | 'me'] => [text, from])], DAY),
    talk(
      ben,
      [
        ['Are we still on for dinner on Friday?', 'them'],
        ['Yes! At eight?', 'me'],
        ['🎉', 'them'],
      ],
      2 * DAY,
    ),
    talk(
      carla,
      [
        ['Here is the whole recipe:', 'them'],
        [THREE_HUNDRED_LINES, 'them'],
        ['Thank you!', 'me'],
      ],
      3 * DAY,
    ),
    talk(dan, [['I found the photos from our trip 😍', 'them']], 9 * DAY),
    talk(
      long,
      [['Sua consulta está confirmada para terça-feira, 14:30. Em caso de dúvida, responda a esta mensagem.', 'them']],
      4 * DAY,
    ),
    talk(
      unbroken,
      [
        [
          'https://example.org/a/very/long/address/without/any/blank/in/it?and=a-query-that-does-not-end-either-0123456789',
          'them',
        ],
      ],
      40 * DAY,
    ),
    talk(
      greek,
      [
        ['Καλημέρα! Τι κάνεις;', 'them'],
        ['Καλά, εσύ;', 'me'],
      ],
      5 * DAY,
    ),
    talk(
      hebrew,
      [
        ['שלום! ניפגש מחר ב-8:30 ליד Café Demo?', 'them'],
        ['כן, נתראה 🙂', 'me'],
      ],
      6 * DAY,
    ),
    talk(arabic, [['السلام عليكم، كيف حالك؟ (see https://example.com)', 'them']], 12 * DAY),
    talk(
      emoji,
      [
        ['😂😂😂😂😂😂😂😂😂😂', 'them'],
        ['👍🏽', 'me'],
      ],
      20 * DAY,
    ),
    talk(nameless, [['Oi, este é o meu número novo.', 'them']], 30 * DAY),
    talk(short, [['k', 'them']], 400 * DAY),
    together(
      beach,
      [
        ['Quem vai no fim de semana?', ana],
        ['I am in! What time do we leave?', ben],
        ['Saio do trabalho às cinco.', nameless],
        ['Perfect, half past five then.', 'owner'],
        ['🏖️🏖️🏖️', carla],
      ],
      5 * 3_600_000,
    ),
    together(
      building,
      [
        ['Amanhã a água será desligada das 9h às 12h.', long],
        ['Obrigado pelo aviso.', dan],
        ['Alguém perdeu uma chave na garagem?', nameless],
      ],
      7 * DAY,
    ),
    together(
      family,
      [
        ['عيد مبارك 🌙', arabic],
        ['תודה!', hebrew],
      ],
      8 * DAY,
    ),
  ]
}
