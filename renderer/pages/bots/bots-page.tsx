import { Button, Skeleton, Text, TextInput, Title } from '@mantine/core'
import { IconPlus, IconRobot, IconSearch } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot } from '../../../preload/contract/bots.ts'
import { Empty, Failed, Page } from '../../components/page.tsx'
import { useBots } from '../../components/use-bots.ts'
import { useFormat } from '../../i18n/format.ts'
import classes from './bots.module.css'

const OwnBotDialog = lazy(() => import('./own-bot-dialog.tsx'))

export function BotsPage() {
  const { t } = useTranslation()
  const bots = useBots()
  const [query, setQuery] = useState('')
  const [creating, setCreating] = useState(false)
  const wanted = query.trim().toLowerCase()
  const found = (bots.data ?? []).filter((bot) =>
    `${bot.label} ${bot.description} ${bot.prefix}`.toLowerCase().includes(wanted),
  )
  const own = found.filter((bot) => bot.origin === 'own')
  const catalogue = found.filter((bot) => bot.origin === 'catalogue')
  return (
    <Page
      title={t('bots.title')}
      actions={
        <>
          <TextInput
            type="search"
            aria-label={t('bots.search')}
            placeholder={t('bots.search')}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
            data-page-search
          />
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
            {t('bots.new')}
          </Button>
        </>
      }
    >
      {bots.isPending && <WaitingCards />}
      {bots.error && !bots.data && <Failed error={bots.error} onRetry={() => void bots.refetch()} />}
      {bots.data && found.length === 0 && <Empty text={t('bots.noMatch')} />}
      {catalogue.length > 0 && <Bots title={t('bots.catalogue')} bots={catalogue} />}
      {bots.data && (own.length > 0 || !wanted) && <Bots title={t('bots.own')} bots={own} />}
      <Suspense>{creating && <OwnBotDialog onClose={() => setCreating(false)} />}</Suspense>
    </Page>
  )
}

function Bots({ title, bots }: { title: string; bots: Bot[] }) {
  const { t } = useTranslation()
  return (
    <section aria-label={title}>
      <Title order={2} my="md">
        {title}
      </Title>
      {bots.length === 0 && <Text c="dimmed">{t('bots.ownNone')}</Text>}
      <ul className={classes.cards}>
        {bots.map((bot) => (
          <BotCard key={bot.name} bot={bot} />
        ))}
      </ul>
    </section>
  )
}

function WaitingCards() {
  const { t } = useTranslation()
  return (
    <div aria-hidden>
      <Title order={2} my="md">
        {t('bots.catalogue')}
      </Title>
      <div className={classes.cards}>
        {Array.from({ length: 6 }, (_, index) => `card-${index}`).map((key) => (
          <Skeleton key={key} height={156} radius="md" />
        ))}
      </div>
    </div>
  )
}

function BotCard({ bot }: { bot: Bot }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <li className={classes.card}>
      <div className={classes.cardHead}>
        <IconRobot size={20} stroke={1.5} aria-hidden />
        <Link to="/bots/$bot" params={{ bot: bot.name }} className={classes.cardLink}>
          {bot.label}
        </Link>
        <span className={classes.prefix}>[{bot.prefix}]</span>
      </div>
      <Text size="sm">{bot.description}</Text>
      <div className={classes.chips}>
        {bot.handles.map((kind) => (
          <span key={kind}>{t(`bots.handles.${kind}`)}</span>
        ))}
        {!bot.needs_model && <span>{t('bots.noModel')}</span>}
      </div>
      <div className={classes.cardFacts}>
        <span>{t('bots.on', { count: bot.chats_on, formatted: format.number(bot.chats_on) })}</span>
        <span>
          {bot.last_answer_at === null ? t('bots.never') : t('bots.last', { time: format.when(bot.last_answer_at) })}
        </span>
      </div>
    </li>
  )
}
