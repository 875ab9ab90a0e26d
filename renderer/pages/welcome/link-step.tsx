import {
  Alert,
  Button,
  Code,
  Group,
  Progress,
  SegmentedControl,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../../preload/contract/session.ts'
import { useApi, useProgram } from '../../client/program.tsx'
import { addressOf } from '../../components/chat-name.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { explain } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { useNow } from '../../components/use-now.ts'
import { isLinked } from './is-linked.ts'
import classes from './welcome.module.css'

const QrCode = lazy(() => import('./qr-code.tsx'))

/** Linking: what it means, and the two ways to do it. */
export function LinkStep() {
  const { t } = useTranslation()
  const session = useQuery(useApi().session.get.queryOptions()).data
  const [method, setMethod] = useState<'qr' | 'code'>('qr')
  return (
    <Stack>
      {session?.me && isLinked(session) ? (
        <Linked session={session} me={session.me} />
      ) : session?.state === 'connecting' ? (
        <Text role="status">{t('welcome.connecting')}</Text>
      ) : (
        <>
          <SegmentedControl
            aria-label={t('welcome.method')}
            value={method}
            onChange={(value) => setMethod(value === 'code' ? 'code' : 'qr')}
            data={[
              { value: 'qr', label: t('welcome.byQr') },
              { value: 'code', label: t('welcome.byCode') },
            ]}
          />
          {session?.problem && (
            <Alert color="red" role="alert">
              {t(`session.problem.${session.problem.code}`)}
            </Alert>
          )}
          {method === 'qr' ? <ByQr session={session} /> : <ByCode session={session} />}
        </>
      )}
      {/* Behind the code: a low window has room for the code alone. */}
      <Title order={2}>{t('welcome.means')}</Title>
      <Text maw="72ch">{t('welcome.meansText')}</Text>
    </Stack>
  )
}

function Linked({ session, me }: { session: Session; me: NonNullable<Session['me']> }) {
  const { t } = useTranslation()
  return (
    <Stack role="status">
      <Group gap={8}>
        <IconCircleCheck size={20} className={classes.good} aria-hidden />
        <Text fw={600}>{t('welcome.linked', { name: oneLine(me.name ?? '', 60) || addressOf(me.jid) })}</Text>
      </Group>
      {session.historyProgress !== undefined && session.historyProgress < 100 && (
        <>
          <Text size="sm">{t('welcome.history')}</Text>
          <Progress.Root transitionDuration={0}>
            <Progress.Section value={session.historyProgress} aria-label={t('welcome.historyProgress')} />
          </Progress.Root>
        </>
      )}
    </Stack>
  )
}

function ByQr({ session }: { session: Session | undefined }) {
  const { t } = useTranslation()
  const connect = useAction(useApi().session.connect.mutationOptions())
  const [asText, setAsText] = useState(false)
  const now = useNow(1000)
  const left = session?.qrExpiresAt === undefined ? null : Math.max(0, Math.ceil((session.qrExpiresAt - now) / 1000))
  if (session?.state !== 'pairing')
    return (
      <Group>
        <Button loading={connect.isPending} onClick={() => connect.mutate({})}>
          {t('welcome.start')}
        </Button>
      </Group>
    )
  return (
    <div className={classes.qr}>
      <div className={classes.qrBox}>
        {session.qr ? (
          <Suspense fallback={<Skeleton width={264} height={264} />}>
            <QrCode text={session.qr} label={t('welcome.qrLabel')} />
          </Suspense>
        ) : (
          <Skeleton width={264} height={264} />
        )}
      </div>
      <Stack flex={1} miw={220}>
        <Text>{t('welcome.qrHow')}</Text>
        {session.codeRefreshed && <Text fw={600}>{t('welcome.refreshed')}</Text>}
        <Text size="sm" c="dimmed" data-figures>
          {!session.qr
            ? t('welcome.qrWaiting')
            : left === null
              ? null
              : left > 0
                ? t('welcome.qrFresh', { seconds: left })
                : t('welcome.qrExpired')}
        </Text>
        <Group>
          <Button variant="default" loading={connect.isPending} onClick={() => connect.mutate({})}>
            {t('welcome.qrRefresh')}
          </Button>
          {session.qr && (
            <Button variant="subtle" aria-expanded={asText} onClick={() => setAsText(!asText)}>
              {t('welcome.qrText')}
            </Button>
          )}
        </Group>
        {asText && session.qr && (
          <Code block className={classes.raw ?? ''}>
            {session.qr}
          </Code>
        )}
      </Stack>
    </div>
  )
}

function ByCode({ session }: { session: Session | undefined }) {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const [phone, setPhone] = useState('')
  const ask = useMutation(
    api.session.pairingCode.mutationOptions({
      onSuccess: ({ code }) =>
        queries.setQueryData(api.session.get.queryKey(), (old) => old && { ...old, pairingCode: code }),
    }),
  )
  // The one before is worth nothing any more.
  const code = ask.isPending ? undefined : (session?.pairingCode ?? ask.data?.code)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask.mutate({ phone: phone.trim() })
  }
  return (
    <Stack>
      <form onSubmit={submit}>
        <Group align="flex-end">
          <TextInput
            type="tel"
            miw={280}
            label={t('welcome.phone')}
            description={t('welcome.phoneHint')}
            value={phone}
            onChange={(event) => setPhone(event.currentTarget.value)}
            error={ask.error && explain(ask.error, t)}
          />
          <Button type="submit" loading={ask.isPending} disabled={phone.replace(/\D/g, '').length < 6}>
            {t('welcome.getCode')}
          </Button>
        </Group>
      </form>
      {code && session?.state !== 'unlinked' && (
        <Stack gap={8} role="status">
          <Text maw="72ch">{t('welcome.codeHow')}</Text>
          <output className={classes.code} aria-label={t('welcome.code')}>
            {code}
          </output>
        </Stack>
      )}
    </Stack>
  )
}
