import { Button } from '@mantine/core'
import { IconAlertTriangle, IconFlask, IconPlayerPause, IconPlugConnectedX } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi, useConnection, useProgram } from '../client/program.tsx'
import { useFormat } from '../i18n/format.ts'
import classes from './shell.module.css'

/** What concerns every page: the program out of reach, a stopped session, a pause, the demo. */
export function Banners() {
  const { t } = useTranslation()
  const format = useFormat()
  const { api, connection } = useProgram()
  const reach = useConnection()
  const session = useQuery(useApi().session.get.queryOptions()).data
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
            {pause.reason !== 'user'
              ? t(`paused.${pause.reason}`)
              : pause.until
                ? t('paused.until', { time: format.time(pause.until) })
                : t('paused.untilResumed')}
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
