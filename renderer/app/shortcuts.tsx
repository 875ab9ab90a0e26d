import { Group, Kbd, Modal, Table, Text } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PAGES } from './rail.tsx'

const writesText = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
const modal = () => document.querySelector('[aria-modal="true"]') !== null

/** `g` and a letter goes to a page, `/` to the page's search, `?` shows all this. */
export function Shortcuts() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const waiting = useRef(0)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || writesText(event.target) || modal()) return
      if (event.key === '?') return setOpen(true)
      if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('[data-page-search]')
        if (search) event.preventDefault()
        return search?.focus()
      }
      if (event.key === 'g') {
        waiting.current = event.timeStamp
        return
      }
      const page = PAGES.find(({ letter }) => letter === event.key)
      if (page && event.timeStamp - waiting.current < 1500) void navigate({ to: page.to })
      waiting.current = 0
    }
    const show = () => setOpen(true)
    window.addEventListener('keydown', onKey)
    window.addEventListener('whatslang:shortcuts', show)
    return () => {
      window.removeEventListener('keydown', onKey)
      window.removeEventListener('whatslang:shortcuts', show)
    }
  }, [navigate])
  useHotkeys([['mod+/', () => setOpen(true)]])
  const rows: [string, string[]][] = [
    [t('shortcuts.palette'), ['Ctrl/⌘', 'K']],
    ...PAGES.map(({ key, letter }): [string, string[]] => [
      t('shortcuts.goto', { page: t(`nav.${key}`) }),
      ['G', letter.toUpperCase()],
    ]),
    [t('shortcuts.search'), ['/']],
    [t('shortcuts.list'), ['↑', '↓']],
    [t('shortcuts.select'), ['X']],
    [t('shortcuts.help'), ['?']],
  ]
  return (
    <Modal
      opened={open}
      onClose={() => setOpen(false)}
      title={t('shortcuts.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {rows.map(([what, keys]) => (
            <Table.Tr key={what}>
              <Table.Td>
                <Text size="sm">{what}</Text>
              </Table.Td>
              <Table.Td>
                <Group gap={4} justify="flex-end">
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}
