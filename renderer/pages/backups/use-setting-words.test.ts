import { renderHook } from '@testing-library/react'
import { beforeAll, expect, test } from 'vitest'
import { startLanguage } from '../../i18n/index.ts'
import { useSettingWords } from './use-setting-words.ts'

beforeAll(() => startLanguage('en'))

test.each([
  ['theme', 'system', 'As the system'],
  ['language', 'pt-BR', 'Português (Brasil)'],
  ['language', 'es', 'Español'],
  ['backup.format', 'sql.zst', 'SQL text, zstd (fastest)'],
  ['backup.schedule', '0 2 * * *', 'Every day at 2:00 AM'],
  ['backup.schedule', '30 14 * * 0', 'Every Sunday at 2:30 PM'],
  ['backup.schedule', 'null', 'Never by itself'],
  ['backup.schedule', '*/5 * * * *', '*/5 * * * *'],
  ['backup.encryption', '{"kind":"passphrase"}', 'With a passphrase'],
  ['backup.encryption', '{"kind":"recipients","recipients":["age1a","age1b"]}', 'To recipients (age): age1a, age1b'],
  ['backup.keep.days', '1500', '1,500'],
  ['retention.message_text_days', 'null', 'Never'],
  ['answering.typing', 'false', 'Off'],
  ['model.name', '7', '7'],
  ['model.parallel', '4', '4'],
  ['from.tomorrow', 'unheard', 'unheard'],
])('%s: %s', (key, value, words) => {
  const { result } = renderHook(useSettingWords)
  expect(result.current(key, value).replaceAll(/\s/gu, ' ')).toBe(words)
})
