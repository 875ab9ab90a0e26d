import { Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../preload/contract/session.ts'
import { useApi, useConnection } from '../client/program.tsx'
import classes from './rail.module.css'

export const toneOf = (session: Session): 'good' | 'busy' | 'bad' | 'idle' | 'paused' => {
  if (shownState(session) === 'paused') return 'paused'
  if (session.state === 'open') return 'good'
  return session.state === 'closed' ? 'bad' : session.state === 'unlinked' ? 'idle' : 'busy'
}
/** The state as its user sees it: a pause matters only while messages flow. */
export const shownState = (session: Session) => (session.paused && session.state === 'open' ? 'paused' : session.state)

export function ConnectionMark() {
  const { t } = useTranslation()
  const session = useQuery(useApi().session.get.queryOptions()).data
  const reach = useConnection()
  if (!session) return <div className={classes.mark} aria-hidden />
  // What was known last may no longer be so.
  const state = reach === 'offline' ? 'unreachable' : shownState(session)
  const unlinked = session.state === 'unlinked' || session.state === 'pairing'
  return (
    <Tooltip label={t('session.label', { state: t(`session.${state}`) })} position="right">
      <Link
        to={unlinked ? '/welcome' : '/'}
        className={classes.mark}
        activeProps={{}}
        aria-label={t('session.label', { state: t(`session.${state}`) })}
      >
        <span className={classes.dot} data-tone={reach === 'offline' ? 'bad' : toneOf(session)} aria-hidden />
        {t(`session.short.${state}`)}
      </Link>
    </Tooltip>
  )
}
