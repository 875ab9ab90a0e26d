import { Group, Kbd, Modal, Table, Text } from '@mantine/core'
import { useOs } from '@mantine/hooks'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import { useReturnFocus } from '../components/use-return-focus.ts'
import { PAGES } from './rail.tsx'

export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const os = useOs({ getValueInEffect: false })
  useReturnFocus()
  const together = '+'
  const then = t('shortcuts.afterwards')
  const or = t('shortcuts.or')
  const modifier = os === 'macos' || os === 'ios' ? '⌘' : 'Ctrl'
  /** What it does, its keys, and the word between two keys. */
  const rows: [string, string[], string?][] = [
    [t('shortcuts.palette'), [modifier, 'K'], together],
    ...PAGES.map(({ key, letter }): [string, string[], string] => [
      t('shortcuts.goto', { page: t(`nav.${key}`) }),
      ['G', letter.toUpperCase()],
      then,
    ]),
    [t('shortcuts.search'), ['/']],
    [t('shortcuts.list'), ['↑', '↓'], or],
    [t('shortcuts.select'), ['X']],
    [t('shortcuts.help'), ['?']],
  ]
  return (
    <Modal opened onClose={onClose} title={t('shortcuts.title')} closeButtonProps={{ 'aria-label': t('action.close') }}>
      <Table verticalSpacing={6} horizontalSpacing={0}>
        <Table.Tbody>
          {rows.map(([what, keys, between]) => (
            <Table.Tr key={what}>
              <Table.Td>
                <Text size="sm">{what}</Text>
              </Table.Td>
              <Table.Td>
                <Group gap={6} justify="flex-end" wrap="nowrap">
                  {keys.map((key, index) => (
                    <Fragment key={key}>
                      {index > 0 && (
                        <Text span size="xs" c="dimmed">
                          {between}
                        </Text>
                      )}
                      <Kbd>{key}</Kbd>
                    </Fragment>
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
