import { VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChangeEvent } from '../../preload/contract/host.ts'
import { useApi, useConnection, useLive } from '../client/program.tsx'
import { shownState } from './connection-mark.tsx'

/** Tells screen readers of what changes by itself: the connection, and how jobs end. */
export function Announcer() {
  const { t } = useTranslation()
  const [said, setSaid] = useState('')
  const connection = useConnection()
  const session = useQuery(useApi().session.get.queryOptions()).data
  const state = session && shownState(session)
  const seen = useRef(new Map<string, string>())
  useEffect(() => {
    if (connection === 'offline') setSaid(t('connection.offline'))
    else if (state) setSaid(t('session.label', { state: t(`session.${state}`) }))
  }, [connection, state, t])
  useLive(
    useCallback(
      (event: ChangeEvent) => {
        if (event.type !== 'task' || seen.current.get(event.task.id) === event.task.state) return
        seen.current.set(event.task.id, event.task.state)
        setSaid(`${t(`jobs.kind.${event.task.kind}`)}: ${t(`jobs.state.${event.task.state}`)}`)
      },
      [t],
    ),
  )
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {said}
    </VisuallyHidden>
  )
}
