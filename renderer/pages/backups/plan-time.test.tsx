import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { showLanguage, startLanguage } from '../../i18n/index.ts'
import PlanTime from './plan-time.tsx'

beforeAll(() => startLanguage('en'))
afterEach(cleanup)

function show(value: string) {
  const onChange = vi.fn()
  render(
    <MantineProvider>
      <PlanTime value={value} onChange={onChange} />
    </MantineProvider>,
  )
  return onChange
}
const half = () => screen.queryByRole('combobox', { name: /AM/ })

test('the time is written as the language of the program has it, whatever the browser speaks', async () => {
  const onChange = show('14:05')
  expect(screen.getByRole<HTMLInputElement>('spinbutton', { name: 'Time, hours' }).value).toBe('02')
  expect(half()).toHaveProperty('value', 'PM')
  fireEvent.keyDown(screen.getByRole('spinbutton', { name: 'Time, minutes' }), { key: 'ArrowUp' })
  expect(onChange).toHaveBeenLastCalledWith('14:06')
  cleanup()
  await showLanguage('pt-BR')
  show('14:05')
  expect(screen.getByRole<HTMLInputElement>('spinbutton', { name: 'Hora, horas' }).value).toBe('14')
  expect(half()).toBeNull()
  await showLanguage('en')
})

test('a time that is not whole is none', () => {
  const onChange = show('02:00')
  fireEvent.keyDown(screen.getByRole('spinbutton', { name: 'Time, hours' }), { key: 'Backspace' })
  expect(onChange).toHaveBeenLastCalledWith('')
  cleanup()
  show('')
  screen.getByText('Give hours and minutes.')
})
