import { MantineProvider } from '@mantine/core'
import { ORPCError } from '@orpc/client'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { beforeAll, expect, test, vi } from 'vitest'
import { startLanguage } from '../../i18n/index.ts'
import { FileSecret, needsSecret } from './file-secret.tsx'

beforeAll(() => startLanguage('en'))

const KEY = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX'

test.each([
  ['correct horse ', { passphrase: 'correct horse ' }],
  [` ${KEY}`, { identity: KEY }],
])('what is typed opens the file as what it is: %s', (typed, secret) => {
  const onOpen = vi.fn()
  render(
    <MantineProvider>
      <FileSecret onOpen={onOpen} />
    </MantineProvider>,
  )
  fireEvent.change(screen.getByLabelText('Passphrase or age key of the file'), { target: { value: typed } })
  fireEvent.click(screen.getByRole('button', { name: 'Open' }))
  expect(onOpen.mock.calls).toEqual([[secret]])
})

test('it is asked for where another secret would open the file, and nowhere else', () => {
  const refused = (reason: string) => new ORPCError('REFUSED', { defined: true, data: { reason } })
  for (const reason of ['passphrase-needed', 'wrong-passphrase', 'key-needed', 'wrong-key']) {
    expect(needsSecret(refused(reason))).toBe(true)
  }
  for (const error of [refused('damaged'), new ORPCError('FAILED'), new Error('wrong-key'), null]) {
    expect(needsSecret(error)).toBe(false)
  }
})

test('a wrong one is said under the field, in the words of what was wrong', () => {
  const shown = (reason: string) => {
    const error = new ORPCError('REFUSED', { defined: true, message: 'Give its key.', data: { reason } })
    render(
      <MantineProvider>
        <FileSecret error={error} onOpen={vi.fn()} />
      </MantineProvider>,
    )
    const field = screen.getByLabelText('Passphrase or age key of the file')
    expect(field.getAttribute('aria-invalid')).toBe('true')
    const said = screen.getByRole('alert').textContent
    cleanup()
    return said
  }
  expect(shown('wrong-passphrase')).toBe('This does not open the file. Check it and open again; nothing was changed.')
  expect(shown('key-needed')).toBe('Give its key.')
})
