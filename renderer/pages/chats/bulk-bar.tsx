import { Button, Group, Select, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Chat } from '../../../preload/contract/chats.ts'
import { useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { useBots } from '../../components/use-bots.ts'
import classes from './chats.module.css'
import { MOST_SELECTED, type Selection } from './use-selection.ts'

type Change = 'enable' | 'disable' | 'delete'

/** What can be done with all chats that are selected. */
export default function BulkBar({ selection, head, total }: { selection: Selection; head: Chat[]; total: number }) {
  const { t } = useTranslation()
  const { api, client, queries } = useProgram()
  const tell = useTell()
  const confirm = useConfirm()
  const bots = useBots().data ?? []
  const [bot, setBot] = useState<string | null>(null)
  const count = selection.chats.size
  const label = bots.find((candidate) => candidate.name === bot)?.label ?? ''
  const bulk = useAction(api.chats.bulk.mutationOptions())

  const undo = (jids: string[], action: 'enable' | 'disable', name: string) => () => {
    if (jids.length === 0) return
    client.chats
      .bulk({ jids, action, bot: name })
      .then(() => queries.invalidateQueries({ queryKey: api.chats.key() }))
      .catch(tell.failure)
  }
  const run = (action: Change) => {
    const chats = [...selection.chats.values()]
    const wasOn = (chat: Chat) => chat.bots.some((assignment) => assignment.bot === bot && assignment.enabled)
    bulk.mutate(
      { jids: chats.map((chat) => chat.jid), action, ...(bot && action !== 'delete' ? { bot } : {}) },
      {
        onSuccess: ({ changed, failed }) => {
          void queries.invalidateQueries({ queryKey: api.chats.key() })
          const refused = new Set(failed.map((failure) => failure.jid))
          // Only what this call changed is turned back.
          const turned = chats
            .filter((chat) => !refused.has(chat.jid) && wasOn(chat) !== (action === 'enable'))
            .map((chat) => chat.jid)
          if (action === 'delete') tell.done(t('chats.bulk.deleted', { count: changed }))
          else if (action === 'enable')
            tell.done(t('chats.bulk.enabled', { count: changed, bot: label }), undo(turned, 'disable', bot ?? ''))
          else tell.done(t('chats.bulk.disabled', { count: changed, bot: label }), undo(turned, 'enable', bot ?? ''))
          const first = failed[0]
          if (first) tell.warn(t('chats.bulk.failed', { count: failed.length, reason: first.message }))
          selection.stop()
        },
      },
    )
  }
  const remove = async () => {
    const sure = await confirm({
      title: t('chats.bulk.deleteTitle', { count }),
      body: t('chats.bulk.deleteText', { count }),
      confirm: t('chats.bulk.delete', { count }),
    })
    if (sure) run('delete')
  }
  return (
    <section className={classes.bulk} aria-label={t('chats.bulk.label')}>
      <Group justify="space-between">
        <Text size="sm" role="status">
          {t('chats.selected', { count })}
        </Text>
        <Button size="compact-sm" variant="subtle" onClick={() => selection.add(head)}>
          {t(total <= Math.min(head.length, MOST_SELECTED) ? 'chats.selectAll' : 'chats.selectPage', {
            count: Math.min(head.length, MOST_SELECTED),
          })}
        </Button>
      </Group>
      <Select
        aria-label={t('chats.bulk.bot')}
        placeholder={t('chats.bulk.pick')}
        data={bots.map(({ name, label: text }) => ({ value: name, label: text }))}
        value={bot}
        onChange={setBot}
      />
      <Group grow gap={8}>
        <Button variant="default" disabled={!bot || count === 0} loading={bulk.isPending} onClick={() => run('enable')}>
          {t('chats.bulk.enable')}
        </Button>
        <Button
          variant="default"
          disabled={!bot || count === 0}
          loading={bulk.isPending}
          onClick={() => run('disable')}
        >
          {t('chats.bulk.disable')}
        </Button>
      </Group>
      <Button
        color="red.8"
        variant="outline"
        disabled={count === 0}
        loading={bulk.isPending}
        onClick={() => void remove()}
      >
        {t('chats.bulk.delete', { count })}
      </Button>
    </section>
  )
}
