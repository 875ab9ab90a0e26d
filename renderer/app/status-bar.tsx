import { Button, Progress } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../client/program.tsx'
import { useAction } from '../components/use-action.ts'
import { useStep } from '../components/use-step.ts'
import classes from './shell.module.css'

const JobsPanel = lazy(() => import('./jobs-panel.tsx'))

/** One line, and only while something runs. */
export function StatusBar() {
  const { t } = useTranslation()
  const api = useApi()
  const [open, setOpen] = useState(false)
  const tasks = useQuery(api.tasks.list.queryOptions()).data ?? []
  const cancel = useAction(api.tasks.cancel.mutationOptions())
  const running = tasks.filter((task) => task.state === 'running')
  const step = useStep()
  const first = running[0]
  const title = first ? t(`jobs.kind.${first.kind}`) : ''
  return (
    <>
      {first && (
        <div className={classes.status}>
          <button type="button" className={classes.job} onClick={() => setOpen(true)} aria-label={t('jobs.open')}>
            <span>
              {title}
              {step(first.step) && ` · ${step(first.step)}`}
            </span>
            <Progress.Root w={160} size="sm" transitionDuration={0}>
              <Progress.Section
                value={first.progress === null ? 100 : first.progress * 100}
                animated={first.progress === null}
                aria-label={t('jobs.progress', { title })}
              />
            </Progress.Root>
            {running.length > 1 && <span>{t('jobs.running', { count: running.length })}</span>}
          </button>
          <Button
            size="compact-sm"
            variant="default"
            loading={cancel.isPending}
            aria-label={t('jobs.cancel', { title })}
            onClick={() => cancel.mutate({ id: first.id })}
          >
            {t('action.cancel')}
          </Button>
        </div>
      )}
      <Suspense>{open && <JobsPanel onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}
