import { Button, Drawer, Stack, Text, Title } from '@mantine/core'
import { IconCircleMinus, IconCircleX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Activity } from '../../../preload/contract/activity.ts'
import { useApi } from '../../client/program.tsx'
import { ChatName } from '../../components/chat-name.tsx'
import { Failed, Waiting } from '../../components/page.tsx'
import { TextBlock } from '../../components/text-block.tsx'
import { useBots } from '../../components/use-bots.ts'
import { useReturnFocus } from '../../components/use-return-focus.ts'
import { useFormat } from '../../i18n/format.ts'
import { tellReason } from '../../i18n/told.ts'
import classes from './activity.module.css'
import { ActivityState } from './activity-row.tsx'
import { RetryButton } from './retry-button.tsx'

/** How it ended: the job as its state says, and only at the last step; all before are parts of an answer that did not arrive. */
const endOf = (state: Activity['state'], isLast: boolean) =>
  isLast && (state === 'failed' || state === 'cancelled') ? state : 'undelivered'

/** A message's way as a vertical line of steps, with the times between them. */
export function Trace({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation()
  useReturnFocus()
  const format = useFormat()
  const trace = useQuery(useApi().activity.trace.queryOptions({ input: { id } }))
  const row = trace.data?.activity
  const bot = useBots().data?.find(({ name }) => name === row?.bot)
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
            <span className={classes.bot}>{bot?.label ?? row.bot}</span>
            <ChatName name={row.chat_name} jid={row.chat_jid} />
            <Text size="xs" c="dimmed">
              {t('activity.attempts', { count: row.attempts })}
            </Text>
          </div>
          {row.reason && !steps.some(({ code }) => code === row.reason?.code) && <Text>{tellReason(row.reason)}</Text>}
          <ol className={classes.steps}>
            {steps.map((step, index) => {
              const before = steps[index - 1]
              const end = step.step === 'ended' ? endOf(row.state, index === steps.length - 1) : undefined
              return (
                <li key={`${String(index)}-${step.step}`} className={classes.step} data-end={end}>
                  <span className={classes.mark} aria-hidden>
                    {end && (end === 'cancelled' ? <IconCircleMinus size={16} /> : <IconCircleX size={16} />)}
                  </span>
                  <Text fw={500} className={classes.stepName}>
                    {end && t(`activity.states.${end}`)}
                    {step.step !== 'ended' && t(`activity.steps.${step.step}`)}
                  </Text>
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
