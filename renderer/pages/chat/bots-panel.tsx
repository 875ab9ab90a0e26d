import { Switch, Text, Title } from '@mantine/core'
import { useWindowEvent } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot } from '../../../preload/contract/bots.ts'
import type { Assignment, Chat } from '../../../preload/contract/chats.ts'
import { AssignmentRow } from './assignment-row.tsx'
import classes from './chat.module.css'
import { useAlone } from './use-panel.ts'
import { useSetBot } from './use-set-bot.ts'

/** Which bots answer in this chat, and how. It stays while one chat follows another; only what was open in it goes. */
export function BotsPanel({ chat, bots, hidden }: { chat: Chat; bots: Bot[]; hidden: boolean }) {
  const { t } = useTranslation()
  const alone = useAlone()
  const assigned = new Set(chat.bots.map((assignment) => assignment.bot))
  const others = bots.filter((bot) => !assigned.has(bot.name))
  const byName = new Map(bots.map((bot) => [bot.name, bot]))
  const panel = useRef<HTMLElement>(null)
  const stoodOn = useRef<string | null>(null)
  useWindowEvent('pointerdown', () => {
    stoodOn.current = null
  })
  // A bot that is switched on or removed moves to the other list: whoever stood on it by keyboard stands on it again.
  useEffect(() => {
    if (stoodOn.current === null || document.activeElement !== document.body) return
    const rows = [...(panel.current?.querySelectorAll<HTMLElement>('[data-bot]') ?? [])]
    rows
      .find((row) => row.dataset.bot === stoodOn.current)
      ?.querySelector<HTMLElement>('input')
      ?.focus()
  })
  return (
    <aside
      ref={panel}
      className={classes.panel}
      hidden={hidden}
      aria-label={t('chat.botsPanel')}
      onFocus={({ target }) => {
        stoodOn.current = target.closest<HTMLElement>('[data-bot]')?.dataset.bot ?? null
      }}
    >
      <Title order={alone ? 2 : 3} size="h3">
        {t('chat.bot.assigned')}
      </Title>
      {chat.bots.length === 0 && (
        <Text size="sm" c="dimmed" my={8}>
          {t('chat.bot.none')}
        </Text>
      )}
      {chat.bots.map((assignment: Assignment) => (
        <AssignmentRow
          key={`${chat.jid} ${assignment.bot}`}
          chat={chat}
          assignment={assignment}
          bot={byName.get(assignment.bot)}
        />
      ))}
      {others.length > 0 && (
        <Title order={alone ? 2 : 3} size="h3" mt="lg">
          {t('chat.bot.available')}
        </Title>
      )}
      {others.map((bot) => (
        <AvailableRow key={bot.name} chat={chat} bot={bot} />
      ))}
    </aside>
  )
}

function AvailableRow({ chat, bot }: { chat: Chat; bot: Bot }) {
  const { t } = useTranslation()
  const set = useSetBot()
  return (
    <div className={classes.botRow} data-bot={bot.name}>
      <Switch
        label={bot.label}
        description={bot.description}
        aria-label={t('chat.bot.on', { bot: bot.label })}
        checked={false}
        disabled={set.isPending && set.variables.jid === chat.jid}
        onChange={() => set.mutate({ jid: chat.jid, bot: bot.name, enabled: true })}
      />
    </div>
  )
}
