import { Button } from '@mantine/core'
import { IconAlertTriangle, IconFlask, IconPlayerPause, IconPlugConnectedX } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useApi, useConnection, useProgram } from '../client/program.tsx'
import { useDoubtWords } from '../components/settings-doubt.tsx'
import { useNow } from '../components/use-now.ts'
import { type Format, useFormat } from '../i18n/format.ts'
import classes from './shell.module.css'

/** What concerns every page: the program out of reach, a stopped session, a pause, the demo. */
export function Banners() {
  const { t } = useTranslation()
  const { api, connection } = useProgram()
  const reach = useConnection()
  const session = useQuery(useApi().session.get.queryOptions()).data
  const doubt = useQuery(useApi().settings.get.queryOptions()).data?.doubt
  const doubtWords = useDoubtWords()
  const resume = useMutation(api.session.resume.mutationOptions())
  const connect = useMutation(api.session.connect.mutationOptions())
  const pause = session?.paused
  return (
    <>
      {reach === 'offline' && (
        <div className={classes.banner} data-tone="bad">
          <IconPlugConnectedX size={18} aria-hidden />
          <span>{t('connection.offline')}</span>
          <Button size="compact-sm" variant="default" onClick={() => connection.start()}>
            {t('connection.retryNow')}
          </Button>
        </div>
      )}
      {doubt && (
        <div className={classes.banner} data-tone="bad">
          <IconAlertTriangle size={18} aria-hidden />
          <span>{doubtWords(doubt)}</span>
          <Button size="compact-sm" variant="default" renderRoot={(props) => <Link to="/settings" {...props} />}>
            {t('settings.doubt.look')}
          </Button>
        </div>
      )}
      {session?.emulator && (
        <div className={classes.banner} data-tone="plain">
          <IconFlask size={18} aria-hidden />
          <span>{t('session.demo')}</span>
        </div>
      )}
      {session?.problem && session.state !== 'pairing' && (
        <div className={classes.banner} data-tone={session.state === 'closed' ? 'bad' : 'busy'}>
          <IconAlertTriangle size={18} aria-hidden />
          <span>{t(`session.problem.${session.problem.code}`)}</span>
          {session.state === 'closed' && (
            <Button size="compact-sm" variant="default" loading={connect.isPending} onClick={() => connect.mutate({})}>
              {t('overview.connect')}
            </Button>
          )}
        </div>
      )}
      {pause && (
        <div className={classes.banner} data-tone="busy">
          <IconPlayerPause size={18} aria-hidden />
          <span>
            {pause.reason !== 'user' ? (
              t(`paused.${pause.reason}`)
            ) : pause.until ? (
              <PausedUntil at={pause.until} />
            ) : (
              t('paused.untilResumed')
            )}
          </span>
          {pause.reason === 'user' && (
            <Button size="compact-sm" variant="default" loading={resume.isPending} onClick={() => resume.mutate({})}>
              {t('paused.resume')}
            </Button>
          )}
        </div>
      )}
    </>
  )
}

function PausedUntil({ at }: { at: number }) {
  const { t } = useTranslation()
  return t('paused.until', { time: endOfPause(useFormat(), at, useNow(60_000)) })
}

/** "2:05 PM", and with its day where that is not today: "tomorrow 12:26 AM". */
export function endOfPause(format: Format, at: number, now: number): string {
  const today = new Date(now).setHours(0, 0, 0, 0)
  const isToday = new Date(at).setHours(0, 0, 0, 0) === today
  // Of this day's beginning: a pause may end within the hour and yet tomorrow.
  return isToday ? format.time(at) : format.when(at, today)
}
