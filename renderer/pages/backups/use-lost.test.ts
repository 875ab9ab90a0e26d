import { renderHook } from '@testing-library/react'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { showLanguage, startLanguage } from '../../i18n/index.ts'
import { useLost } from './use-lost.ts'

beforeAll(() => startLanguage('en'))
afterAll(() => showLanguage('en'))

const said = (lost: Record<string, number>) =>
  renderHook(() => useLost(Object.entries(lost).map(([table, count]) => ({ table, lost: count })))).result.current

test('what would be gone is named by its kinds, and not at all where nothing would be', async () => {
  expect(said({ chats: 0, messages: 0, bots: 0 })).toBe(null)
  expect(said({ chats: 0, messages: 1 })).toBe('1 message that is only here will be gone.')
  expect(said({ chats: 2, bot_chat_assignments: 1, messages: 1074, bots: 1 })).toBe(
    '1,074 messages, 2 chats, 1 assignment, and 1 own bot that are only here will be gone.',
  )
  expect(said({ messages: 74, from_tomorrow: 80, also_unheard: 4 })).toBe(
    '74 messages and 84 other entries that are only here will be gone.',
  )
  await showLanguage('pt-BR')
  expect(said({ messages: 1 })).toBe('1 mensagem que só está aqui deixará de existir.')
  expect(said({ messages: 74, bot_chat_assignments: 3 })).toBe(
    '74 mensagens e 3 atribuições que só estão aqui deixarão de existir.',
  )
})
