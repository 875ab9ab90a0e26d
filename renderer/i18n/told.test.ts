import i18next from 'i18next'
import { beforeAll, expect, test } from 'vitest'
import { CATALOGUE_BOTS, FAILURE_CODES, FINDING_KEYS, REASON_CODES } from '../../preload/contract/codes.ts'
import { LANGUAGE_CODES } from '../../preload/contract/languages.ts'
import { CATALOGUES } from './catalogues.ts'
import { showLanguage, startLanguage } from './index.ts'
import { told } from './pt-BR/told.ts'
import { tellFailure, tellFinding, tellReason } from './told.ts'

const say = { bytes: (bytes: number) => `${bytes / 1e6} MB`, problem: (code: string) => `<${code}>` }
const finding = {
  code: 'space',
  key: 'space.low' as const,
  values: { free: 5_000_000 },
  level: 'warning' as const,
  title: 'Only 5.0 MB free on the disk.',
  cause: 'Too little.',
  way_out: 'Free some.',
  repairable: false,
  facts: {},
}

beforeAll(() => startLanguage('en'))

test.each(LANGUAGE_CODES.filter((code) => code !== 'en'))('every code of the program has words in %s', async (code) => {
  const { told } = await CATALOGUES[code]()
  const sections: [Record<string, unknown>, readonly string[]][] = [
    [told.reason, REASON_CODES],
    [told.finding, FINDING_KEYS],
    [told.failure, FAILURE_CODES],
    [told.bot, CATALOGUE_BOTS],
  ]
  for (const [words, codes] of sections) for (const code of codes) expect(words[code], code).toBeTruthy()
})

test('in English the program’s own sentence stands, in the other language its words, and for a new code the sentence again', async () => {
  const known = { code: 'no-text', message: 'There is no text in it to answer.' }
  const unknown = { code: 'from-tomorrow', message: 'A sentence of a later version.' }
  expect(tellReason(known)).toBe(known.message)
  await showLanguage('pt-BR')
  expect(tellReason(known)).toBe(told.reason['no-text'])
  expect(tellReason(unknown)).toBe(unknown.message)
  expect(tellReason({ code: 'constructor', message: 'x' })).toBe('x')
  expect(tellFailure('The file …', 'REFUSED', 'wrong-passphrase')).toBe(told.failure['wrong-passphrase'])
  await i18next.changeLanguage('en')
})

test('a finding’s places are filled, sizes as people of the language write them', async () => {
  expect(tellFinding(finding, say).title).toBe(finding.title)
  await showLanguage('pt-BR')
  expect(tellFinding(finding, say).title).toBe('Só 5 MB livres no disco.')
  const lost = tellFinding({ ...finding, key: 'connection.problem', values: { problem: 'network', cause: 'x' } }, say)
  expect(lost.cause).toBe('<network>')
  await i18next.changeLanguage('en')
})

test('the languages do not mix: each says its own, one after the other', async () => {
  const known = { code: 'no-text', message: 'There is no text in it to answer.' }
  for (const code of ['es', 'pt-BR', 'es'] as const) {
    const { told: own, words } = await CATALOGUES[code]()
    await showLanguage(code)
    expect(tellReason(known)).toBe(own.reason['no-text'])
    expect(i18next.t('nav.settings')).toBe(words.nav.settings)
    expect(i18next.t('chats.count', { count: 1_000_000, formatted: '1' })).toBe(
      `1 ${words.chats.count_other.split(' ')[1]}`,
    )
  }
  await i18next.changeLanguage('en')
})
