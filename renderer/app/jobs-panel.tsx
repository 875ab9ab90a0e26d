import { Button, Drawer, Group, Progress, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { TaskInfo } from '../../preload/contract/host.ts'
import { useApi } from '../client/program.tsx'
import { oneLine } from '../components/plain-text.ts'
import { StateBadge } from '../components/state-badge.tsx'
import { Time } from '../components/time.tsx'
import { useAction } from '../components/use-action.ts'
import { useReturnFocus } from '../components/use-return-focus.ts'
import { useStep } from '../components/use-step.ts'
import { tellFailure } from '../i18n/told.ts'
import classes from './shell.module.css'

const TONES = { running: 'busy', done: 'good', failed: 'bad', cancelled: 'idle' } as const

export default function JobsPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  useReturnFocus()
  const tasks = useQuery(useApi().tasks.list.queryOptions()).data ?? []
  return (
    <Drawer
      opened
      position="right"
      onClose={onClose}
      title={t('jobs.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {tasks.length === 0 && <Text c="dimmed">{t('jobs.none')}</Text>}
      <Stack gap="lg">
        {tasks.map((task) => (
          <Job key={task.id} task={task} />
        ))}
      </Stack>
    </Drawer>
  )
}

function Job({ task }: { task: TaskInfo }) {
  const { t } = useTranslation()
  const cancel = useAction(useApi().tasks.cancel.mutationOptions())
  const step = useStep()
  const title = t(`jobs.kind.${task.kind}`)
  // No failure: the page asks what opens the file.
  const locked = task.state === 'failed' && (task.code === 'passphrase-needed' || task.code === 'key-needed')
  return (
    <Stack gap={4}>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={600}>{title}</Text>
        <StateBadge tone={locked ? 'idle' : TONES[task.state]}>
          {t(`jobs.state.${locked ? 'locked' : task.state}`)}
        </StateBadge>
      </Group>
      <Text size="sm" c="dimmed">
        <Time at={task.ended_at ?? task.started_at} />
        {task.state === 'running' && step(task.step) && ` · ${step(task.step)}`}
      </Text>
      {task.file && (
        <Text size="sm" className={classes.file ?? ''}>
          <bdi dir="auto">{oneLine(task.file, 200)}</bdi>
        </Text>
      )}
      {task.message && <Text size="sm">{tellFailure(task.message, task.code)}</Text>}
      {task.state === 'running' && (
        <Group wrap="nowrap">
          <Progress.Root flex={1} size="sm" transitionDuration={0}>
            <Progress.Section
              value={task.progress === null ? 100 : task.progress * 100}
              animated={task.progress === null}
              aria-label={t('jobs.progress', { title })}
            />
          </Progress.Root>
          <Button
            size="compact-sm"
            variant="default"
            loading={cancel.isPending}
            aria-label={t('jobs.cancel', { title })}
            onClick={() => cancel.mutate({ id: task.id })}
          >
            {t('action.cancel')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
