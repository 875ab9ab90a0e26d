import { Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { SignedIn } from '../../../preload/contract/auth.ts'
import { signOut } from '../../client/authentication.ts'
import { useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { Failed, Section, Waiting } from '../../components/page.tsx'
import { StateBadge } from '../../components/state-badge.tsx'
import { useTell } from '../../components/tell.tsx'
import { Time } from '../../components/time.tsx'
import { useAction } from '../../components/use-action.ts'
import classes from './signed-in.module.css'

/** Who is signed in to the page. The desktop program's window needs no sign-in and does not have this. */
export function SignedInSection() {
  const { api } = useProgram()
  const host = useQuery(api.host.info.queryOptions()).data
  return host?.kind === 'headless' ? <SignedInList /> : null
}

function SignedInList() {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const confirm = useConfirm()
  const tell = useTell()
  const list = useQuery(api.auth.sessions.queryOptions())
  const refresh = () => void queries.invalidateQueries({ queryKey: api.auth.key() })
  const endOne = useAction(
    api.auth.endSession.mutationOptions({
      onSuccess: () => tell.done(t('settings.signedIn.ended')),
      onSettled: refresh,
    }),
  )
  const endOthers = useAction(
    api.auth.endSessions.mutationOptions({
      onSuccess: ({ ended }) => tell.done(t('settings.signedIn.endedOthers', { count: ended })),
      onSettled: refresh,
    }),
  )
  const devices = (list.data ?? []).toSorted((a, b) => Number(b.current) - Number(a.current))
  const others = devices.filter(({ current }) => !current)
  const askOthers = async () => {
    const sure = await confirm({
      title: t('settings.signedIn.othersTitle', { count: others.length }),
      body: t('settings.signedIn.othersText'),
      confirm: t('settings.signedIn.others', { count: others.length }),
    })
    if (sure) endOthers.mutate({ others_only: true })
  }
  const askOwn = async () => {
    const sure = await confirm({
      title: t('settings.signedIn.ownTitle'),
      body: t('settings.signedIn.ownText'),
      confirm: t('settings.signedIn.end'),
    })
    // The program closes this page's connection, and the page then asks for the token.
    if (sure) await signOut().catch(tell.failure)
  }
  return (
    <Section title={t('settings.signedIn.title')}>
      <Text size="sm" mb="md" maw="72ch">
        {t('settings.signedIn.text')}
      </Text>
      {list.data ? (
        <ul className={classes.list}>
          {devices.map((one) => (
            <Row
              key={one.id}
              one={one}
              busy={endOne.isPending && endOne.variables?.id === one.id}
              onEnd={() => (one.current ? void askOwn() : endOne.mutate({ id: one.id }))}
            />
          ))}
        </ul>
      ) : list.error ? (
        <Failed error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <Waiting rows={2} height={48} />
      )}
      {others.length > 0 && (
        <Button mt="md" color="red.8" variant="outline" loading={endOthers.isPending} onClick={() => void askOthers()}>
          {t('settings.signedIn.others', { count: others.length })}
        </Button>
      )}
    </Section>
  )
}

function Row({ one, busy, onEnd }: { one: SignedIn; busy: boolean; onEnd: () => void }) {
  const { t } = useTranslation()
  const name = nameOf(one)
  return (
    <li className={classes.row}>
      <div className={classes.facts}>
        <Group gap={8}>
          <Text fw={600}>{name}</Text>
          {one.current && <StateBadge tone="good">{t('settings.signedIn.current')}</StateBadge>}
        </Group>
        <Text size="sm" c="dimmed" className={classes.line ?? ''}>
          {one.address !== null && <span>{one.address}</span>}
          <span>
            {t('settings.signedIn.lastUsed')} <Time at={one.last_used_at} />
          </span>
          <span>
            {t('settings.signedIn.since')} <Time at={one.created_at} />
          </span>
        </Text>
      </div>
      <Button
        size="compact-sm"
        variant="default"
        loading={busy}
        aria-label={t('settings.signedIn.endNamed', { name })}
        onClick={onEnd}
      >
        {t('settings.signedIn.end')}
      </Button>
    </li>
  )

  function nameOf({ browser, system }: SignedIn): string {
    if (browser !== null && system !== null) return t('settings.signedIn.device', { browser, system })
    return browser ?? system ?? t('settings.signedIn.unknown')
  }
}
