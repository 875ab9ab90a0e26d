import { Button, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Empty, Failed, Waiting } from '../../components/page.tsx'
import { useBots } from '../../components/use-bots.ts'
import { useFormat } from '../../i18n/format.ts'
import classes from './overview.module.css'

export function BotsAtWork() {
  const { t } = useTranslation()
  const format = useFormat()
  const { data: bots, error, refetch } = useBots()
  if (!bots) return error ? <Failed error={error} onRetry={() => void refetch()} /> : <Waiting rows={3} height={28} />
  const working = bots.filter((bot) => bot.chats_on > 0)
  if (working.length === 0)
    return (
      <Empty text={t('overview.noBots')}>
        <Button variant="default" renderRoot={(props) => <Link to="/chats" {...props} />}>
          {t('overview.toChats')}
        </Button>
      </Empty>
    )
  return (
    <ul className={classes.items}>
      {working.map((bot) => (
        <li key={bot.name} className={classes.item}>
          <Link to="/bots/$bot" params={{ bot: bot.name }}>
            {bot.label}
          </Link>
          <Text size="sm" c="dimmed">
            {t('overview.inChats', { count: bot.chats_on, formatted: format.number(bot.chats_on) })}
            {bot.last_answer_at !== null && `, ${t('overview.lastAnswer', { time: format.when(bot.last_answer_at) })}`}
          </Text>
        </li>
      ))}
    </ul>
  )
}
