import { Button, Text } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot } from '../../../preload/contract/bots.ts'
import { useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { Failed, Page, Section, Waiting } from '../../components/page.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { useBot } from '../../components/use-bots.ts'
import { BotChats } from './bot-chats.tsx'
import classes from './bots.module.css'
import { RulesEditor } from './rules-editor.tsx'
import { TryOut } from './try-out.tsx'

const OwnBotDialog = lazy(() => import('./own-bot-dialog.tsx'))

export function BotPage() {
  const { t } = useTranslation()
  const { bot: name } = useParams({ from: '/bots/$bot' })
  const bot = useBot(name)
  if (bot.data) return <OpenBot key={name} bot={bot.data} />
  return (
    <Page title={t('bots.title')}>
      {bot.error ? <Failed error={bot.error} onRetry={() => void bot.refetch()} /> : <Waiting />}
    </Page>
  )
}

function OpenBot({ bot }: { bot: Bot }) {
  const { t } = useTranslation()
  const [editing, setEditing] = useState(false)
  const remove = useRemoveBot(bot)
  return (
    <Page
      title={bot.label}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconArrowLeft size={16} aria-hidden />}
            renderRoot={(props) => <Link to="/bots" {...props} />}
          >
            {t('bots.back')}
          </Button>
          <Button
            variant="default"
            renderRoot={(props) => <Link to="/activity" search={{ bot: bot.name }} {...props} />}
          >
            {t('bots.activity')}
          </Button>
          {bot.origin === 'own' && (
            <>
              <Button variant="default" onClick={() => setEditing(true)}>
                {t('bots.edit')}
              </Button>
              <Button color="red.8" variant="outline" onClick={() => void remove()}>
                {t('bots.remove')}
              </Button>
            </>
          )}
        </>
      }
    >
      <Text maw="72ch">{bot.description}</Text>
      <Text size="sm" my="md" c="dimmed">
        {[
          t('bots.prefix', { prefix: bot.prefix }),
          bot.needs_model ? t('bots.needsModel') : t('bots.noModel'),
          bot.handles.map((kind) => t(`bots.handles.${kind}`)).join(', '),
        ].join(' · ')}
      </Text>
      {bot.rules && <RulesEditor bot={bot} rules={bot.rules} />}
      <TryOut bot={bot} />
      <BotChats bot={bot} />
      {bot.system_prompt && (
        <Section title={t('bots.prompt')}>
          <p className={classes.prompt}>{bot.system_prompt}</p>
        </Section>
      )}
      <Suspense>{editing && <OwnBotDialog bot={bot} onClose={() => setEditing(false)} />}</Suspense>
    </Page>
  )
}

function useRemoveBot(bot: Bot) {
  const { t } = useTranslation()
  const { api, client, queries } = useProgram()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const tell = useTell()
  const refresh = () => queries.invalidateQueries({ queryKey: api.bots.list.key() })
  const putBack = () => {
    const { name, label, prefix, description, system_prompt } = bot
    client.bots
      .save({ name, label, prefix, description, system_prompt: system_prompt ?? '' })
      .then(refresh)
      .catch(tell.failure)
  }
  const remove = useAction(
    api.bots.remove.mutationOptions({
      onSuccess: async () => {
        await navigate({ to: '/bots' })
        void refresh()
        tell.done(t('bots.removed', { bot: bot.label }), putBack)
      },
    }),
  )
  return async () => {
    const sure = await confirm({
      title: t('bots.removeTitle', { bot: bot.label }),
      body: t('bots.removeText', { count: bot.chats_assigned }),
      confirm: t('bots.remove'),
    })
    if (sure) remove.mutate({ name: bot.name })
  }
}
