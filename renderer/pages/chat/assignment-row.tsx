import { ActionIcon, Alert, Button, Collapse, Group, NumberInput, Stack, Switch, Text, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconSettings } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot } from '../../../preload/contract/bots.ts'
import type { Assignment, Chat } from '../../../preload/contract/chats.ts'
import { useApi, useProgram } from '../../client/program.tsx'
import { ChatPicker } from '../../components/chat-picker.tsx'
import { useTell } from '../../components/tell.tsx'
import { Time } from '../../components/time.tsx'
import { useAction } from '../../components/use-action.ts'
import { tellReason } from '../../i18n/told.ts'
import classes from './chat.module.css'
import { useSetBot } from './use-set-bot.ts'

export function AssignmentRow({ chat, assignment, bot }: { chat: Chat; assignment: Assignment; bot: Bot | undefined }) {
  const { t } = useTranslation()
  const { api, client, queries } = useProgram()
  const tell = useTell()
  const set = useSetBot()
  const [open, setOpen] = useState(false)
  const name = bot?.label ?? assignment.label ?? assignment.bot
  const at = { jid: chat.jid, bot: assignment.bot }
  const model = useQuery(useApi().settings.model.queryOptions()).data
  const refresh = () => queries.invalidateQueries({ queryKey: api.chats.key() })
  const putBack = () => {
    const { enabled, answer_owner_messages, context_message_count, response_chat_jid } = assignment
    client.chats
      .setBot({ ...at, enabled, answer_owner_messages, context_message_count, response_chat_jid })
      .then(refresh)
      .catch(tell.failure)
  }
  const remove = useAction(
    api.chats.removeBot.mutationOptions({
      onSuccess: async () => {
        await refresh()
        tell.done(t('chat.bot.removed', { bot: name }), assignment.label === null ? undefined : putBack)
      },
    }),
  )
  const unknown = assignment.label === null
  return (
    <div className={classes.botRow} data-bot={assignment.bot}>
      <Group wrap="nowrap" justify="space-between" align="flex-start">
        <Switch
          label={name}
          description={unknown ? t('chat.bot.unknown') : bot?.description}
          aria-label={t('chat.bot.on', { bot: name })}
          checked={assignment.enabled && !unknown}
          disabled={unknown}
          onChange={(event) => set.mutate({ ...at, enabled: event.currentTarget.checked })}
        />
        <Tooltip label={t('chat.bot.settings', { bot: name })}>
          <ActionIcon
            variant={open ? 'light' : 'subtle'}
            my={-4}
            aria-label={t('chat.bot.settings', { bot: name })}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <IconSettings size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
      {assignment.stopped && (
        <Alert mt={8} color="red" icon={<IconAlertTriangle size={18} aria-hidden />} p="sm">
          <Text size="sm">{tellReason(assignment.stopped)}</Text>
          <Text size="xs" mt={4}>
            <Time at={assignment.stopped.at} />
          </Text>
          {!unknown && (
            <Button
              mt={8}
              size="compact-sm"
              variant="default"
              aria-label={t('chat.bot.onAgainOf', { bot: name })}
              onClick={() => set.mutate({ ...at, enabled: true })}
            >
              {t('chat.bot.onAgain')}
            </Button>
          )}
        </Alert>
      )}
      {assignment.was_enabled && !assignment.enabled && (
        <Text size="sm" mt={8}>
          {t('chat.bot.waits')}
        </Text>
      )}
      {assignment.superseded?.map((lost) => (
        <Text key={`${lost.updated_at}-${lost.enabled}`} size="sm" mt={8}>
          {t(lost.enabled ? 'chat.bot.supersededOn' : 'chat.bot.supersededOff', {
            count: lost.context_message_count,
            own: t(lost.answer_owner_messages ? 'chat.bot.supersededOwn' : 'chat.bot.supersededNotOwn'),
          })}
        </Text>
      ))}
      {unknown && (
        <Text size="sm" mt={8}>
          {t('chat.bot.unknownText', { bot: assignment.bot })}
        </Text>
      )}
      {assignment.enabled && bot?.needs_model && model && !model.configured && (
        <Group mt={8} gap={8}>
          <Text size="sm">{t('chat.bot.needsModel')}</Text>
          <Button size="compact-sm" variant="default" renderRoot={(props) => <Link to="/settings" {...props} />}>
            {t('chat.bot.setUpModel')}
          </Button>
        </Group>
      )}
      <Collapse expanded={open}>
        <Stack gap="sm" mt="sm">
          {!unknown && (
            <>
              <Switch
                label={t('chat.bot.owner')}
                description={t('chat.bot.ownerHint')}
                checked={assignment.answer_owner_messages}
                onChange={(event) => set.mutate({ ...at, answer_owner_messages: event.currentTarget.checked })}
              />
              <ContextCount
                value={assignment.context_message_count}
                onSet={(value) => set.mutate({ ...at, context_message_count: value })}
              />
              <ChatPicker
                label={t('chat.bot.response')}
                description={t('chat.bot.responseHint')}
                none={t('chat.bot.responseNone')}
                value={assignment.response_chat_jid}
                onChange={(jid) => set.mutate({ ...at, response_chat_jid: jid })}
              />
            </>
          )}
          <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate(at)}>
            {t('chat.bot.remove')}
          </Button>
        </Stack>
      </Collapse>
    </div>
  )
}

function ContextCount({ value, onSet }: { value: number; onSet: (value: number) => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState<number | string>(value)
  const commit = () => {
    const count = Math.min(50, Math.max(0, Math.round(Number(typed) || 0)))
    setTyped(count)
    if (count !== value) onSet(count)
  }
  return (
    <NumberInput
      label={t('chat.bot.context')}
      description={t('chat.bot.contextHint')}
      min={0}
      max={50}
      value={typed}
      onChange={setTyped}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
      }}
    />
  )
}
