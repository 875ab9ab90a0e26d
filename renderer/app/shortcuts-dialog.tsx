import { Group, Kbd, Modal, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useReturnFocus } from '../components/use-return-focus.ts'
import { PAGES } from './rail.tsx'

export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  useReturnFocus()
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
    <Modal opened onClose={onClose} title={t('shortcuts.title')} closeButtonProps={{ 'aria-label': t('action.close') }}>
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
