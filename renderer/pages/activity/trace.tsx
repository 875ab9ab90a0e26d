import { Button, Drawer, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import { ChatName } from '../../components/chat-name.tsx'
import { Failed, Waiting } from '../../components/page.tsx'
import { TextBlock } from '../../components/text-block.tsx'
import { useReturnFocus } from '../../components/use-return-focus.ts'
import { useFormat } from '../../i18n/format.ts'
import { tellReason } from '../../i18n/told.ts'
import classes from './activity.module.css'
import { ActivityState } from './activity-row.tsx'
import { RetryButton } from './retry-button.tsx'

/** A message's way as a vertical line of steps, with the times between them. */
export function Trace({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation()
  useReturnFocus()
  const format = useFormat()
  const trace = useQuery(useApi().activity.trace.queryOptions({ input: { id } }))
  const row = trace.data?.activity
  const steps = trace.data?.steps ?? []
  const said = (detail: string, code: string | undefined) => {
    if (code !== undefined) return tellReason({ code, message: detail })
    const state = (['refused', 'expired', 'cancelled'] as const).find((known) => known === detail)
    return state === undefined ? detail : t(`chat.delivery.${state}`)
  }
  return (
    <Drawer
      opened
      position="right"
      size="md"
      onClose={onClose}
      title={t('activity.trace')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {trace.isPending && <Waiting rows={6} height={36} />}
      {trace.error && !row && <Failed error={trace.error} onRetry={() => void trace.refetch()} />}
      {row && (
        <Stack>
          <div className={classes.rowHead}>
            <ActivityState row={row} />
            <ChatName name={row.chat_name} jid={row.chat_jid} />
            <Text size="xs" c="dimmed">
              {t('activity.attempts', { count: row.attempts })}
            </Text>
          </div>
          {row.reason && !steps.some(({ code }) => code === row.reason?.code) && <Text>{tellReason(row.reason)}</Text>}
          <ol className={classes.steps}>
            {steps.map((step, index) => {
              const before = steps[index - 1]
              return (
                <li
                  key={`${step.step}-${step.at}`}
                  className={classes.step}
                  data-last={step.step === 'ended' || undefined}
                >
                  <Text fw={500}>{t(`activity.steps.${step.step}`)}</Text>
                  <Text size="xs" c="dimmed" title={format.exact(step.at)}>
                    {format.seconds(step.at)}
                    {before && ` · ${t('activity.later', { time: format.duration(step.at - before.at) })}`}
                  </Text>
                  {step.detail && <Text size="sm">{said(step.detail, step.code)}</Text>}
                </li>
              )
            })}
          </ol>
          {row.text && (
            <section aria-label={t('activity.received')}>
              <Title order={3}>{t('activity.received')}</Title>
              <TextBlock text={row.text} />
            </section>
          )}
          {row.answer && (
            <section aria-label={t('activity.answer')}>
              <Title order={3}>{t('activity.answer')}</Title>
              <TextBlock text={row.answer} />
            </section>
          )}
          {row.can_retry && <RetryButton id={row.id} size="sm" />}
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link to="/chats/$jid" params={{ jid: row.chat_jid }} search={{ message: row.message }} {...props} />
            )}
          >
            {t('activity.toChat')}
          </Button>
        </Stack>
      )}
    </Drawer>
  )
}
