import { Button, Group, Stack, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { useFormat } from '../../i18n/format.ts'
import { UndoRestore } from './undo-restore.tsx'

interface Result {
  restored_at: number
  safety_backup: string
  switched_off: number
  settings?: number | undefined
  problem?: string | undefined
}

export function Restored({ result }: { result: Result }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { api, queries } = useProgram()
  const tell = useTell()
  const navigate = useNavigate()
  const switchOn = useAction(
    api.chats.switchOnImported.mutationOptions({
      onSuccess: ({ changed }) => {
        void queries.invalidateQueries({ queryKey: api.chats.key() })
        tell.done(t('backups.restorePage.switched', { count: changed }))
      },
    }),
  )
  return (
    <Stack role="status">
      <Group gap={8}>
        <IconCircleCheck size={20} color="var(--w-success)" aria-hidden />
        <Text fw={600}>{t('backups.restorePage.done', { time: format.when(result.restored_at) })}</Text>
      </Group>
      <Text>{t('backups.restorePage.doneSafety', { name: result.safety_backup })}</Text>
      {result.settings !== undefined && (
        <Text>{t('backups.restorePage.doneSettings', { count: result.settings })}</Text>
      )}
      {result.problem && <Text c="var(--mantine-color-error)">{result.problem}</Text>}
      {result.switched_off > 0 && (
        <Group>
          <Text>{t('backups.restorePage.doneOff', { count: result.switched_off })}</Text>
          <Button
            variant="default"
            loading={switchOn.isPending}
            disabled={switchOn.isSuccess}
            onClick={() => switchOn.mutate({})}
          >
            {t('backups.restorePage.doneSwitchOn')}
          </Button>
        </Group>
      )}
      <UndoRestore onUndone={() => void navigate({ to: '/backups' })} />
      <Group>
        <Button renderRoot={(props) => <Link to="/" {...props} />}>{t('backups.restorePage.toOverview')}</Button>
      </Group>
    </Stack>
  )
}
