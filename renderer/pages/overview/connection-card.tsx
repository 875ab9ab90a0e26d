import { Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { shownState, toneOf } from '../../app/connection-mark.tsx'
import { useApi } from '../../client/program.tsx'
import { addressOf } from '../../components/chat-name.tsx'
import { Section, Waiting } from '../../components/page.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { StateBadge } from '../../components/state-badge.tsx'
import { useAction } from '../../components/use-action.ts'
import { useFormat } from '../../i18n/format.ts'
import classes from './overview.module.css'

export function ConnectionCard() {
  const { t } = useTranslation()
  const format = useFormat()
  const api = useApi()
  const session = useQuery(api.session.get.queryOptions()).data
  const pause = useAction(api.session.pause.mutationOptions())
  const resume = useAction(api.session.resume.mutationOptions())
  const connect = useAction(api.session.connect.mutationOptions())
  if (!session)
    return (
      <Section title={t('overview.connection')}>
        <Waiting rows={2} height={24} />
      </Section>
    )
  const me = session.me
  // `since` is of the connection: a pause has none.
  const shown = shownState(session)
  return (
    <Section title={t('overview.connection')}>
      <div className={classes.state}>
        <div>
          <Group gap={8}>
            <StateBadge tone={toneOf(session)}>{t(`session.${shown}`)}</StateBadge>
            {shown !== 'paused' && (
              <Text size="sm" c="dimmed">
                {t('overview.since', { time: format.brief(session.since) })}
              </Text>
            )}
          </Group>
          {me && (
            <Text size="sm" c="dimmed" mt={8}>
              {t('overview.linkedAs', { name: me.name ? oneLine(me.name, 60) : addressOf(me.jid) })}
            </Text>
          )}
          {session.retryAt !== undefined && (
            <Text size="sm">{t('overview.retryAt', { time: format.seconds(session.retryAt) })}</Text>
          )}
        </div>
        <Group gap={8}>
          {(session.state === 'unlinked' || session.state === 'pairing') && (
            <Button renderRoot={(props) => <Link to="/welcome" {...props} />}>{t('overview.link')}</Button>
          )}
          {(session.state === 'closed' || session.state === 'waiting') && (
            <Button loading={connect.isPending} onClick={() => connect.mutate({})}>
              {t('overview.connect')}
            </Button>
          )}
          {session.paused ? (
            <Button variant="default" loading={resume.isPending} onClick={() => resume.mutate({})}>
              {t('paused.resume')}
            </Button>
          ) : (
            me && (
              <>
                <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate({ minutes: 60 })}>
                  {t('overview.pauseHour')}
                </Button>
                <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate({})}>
                  {t('overview.pause')}
                </Button>
              </>
            )
          )}
        </Group>
      </div>
    </Section>
  )
}
