import { useMantineColorScheme } from '@mantine/core'
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import '@mantine/spotlight/styles.css'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../client/program.tsx'
import { addressOf, chatTitle } from '../components/chat-name.tsx'
import { useAction } from '../components/use-action.ts'
import { PAGES } from './rail.tsx'

/** Ctrl/Cmd+K: pages, actions, and any chat by a part of its name or number. */
export default function Palette() {
  const { t } = useTranslation()
  const api = useApi()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const query = useDeferredValue(typed.trim())
  const { setColorScheme } = useMantineColorScheme()
  const session = useQuery(api.session.get.queryOptions()).data
  const found = useQuery(
    api.chats.list.queryOptions({
      input: { query, limit: 8 },
      enabled: query.length > 1,
      placeholderData: keepPreviousData,
    }),
  )
  const backUp = useAction(api.backups.create.mutationOptions())
  const sync = useAction(api.chats.sync.mutationOptions())
  const pause = useAction(api.session.pause.mutationOptions())
  const resume = useAction(api.session.resume.mutationOptions())
  const update = useAction(api.settings.update.mutationOptions())
  const appearance = (theme: 'light' | 'dark' | 'system') => () => {
    setColorScheme(theme === 'system' ? 'auto' : theme)
    update.mutate({ theme })
  }
  const go = (to: string) => () => void navigate({ to })
  const matches = (label: string) => label.toLowerCase().includes(query.toLowerCase())
  const actions = [
    { id: 'back-up', label: t('palette.backUp'), onClick: () => backUp.mutate({}) },
    { id: 'restore', label: t('palette.restore'), onClick: go('/backups') },
    { id: 'sync', label: t('palette.sync'), onClick: () => sync.mutate({}) },
    ...(session?.paused
      ? [{ id: 'resume', label: t('palette.resume'), onClick: () => resume.mutate({}) }]
      : [
          { id: 'pause', label: t('palette.pause'), onClick: () => pause.mutate({}) },
          { id: 'pause-hour', label: t('palette.pauseHour'), onClick: () => pause.mutate({ minutes: 60 }) },
        ]),
    { id: 'light', label: t('palette.light'), onClick: appearance('light') },
    { id: 'dark', label: t('palette.dark'), onClick: appearance('dark') },
    { id: 'system', label: t('palette.system'), onClick: appearance('system') },
    {
      id: 'shortcuts',
      label: t('palette.shortcuts'),
      onClick: () => window.dispatchEvent(new Event('whatslang:shortcuts')),
    },
  ]
  const groups: SpotlightActionGroupData[] = [
    {
      group: t('palette.pages'),
      actions: PAGES.map(({ key, to, icon: Icon }) => ({
        id: key,
        label: t(`nav.${key}`),
        leftSection: <Icon size={18} aria-hidden />,
        onClick: go(to),
      })).filter(({ label }) => matches(label)),
    },
    {
      group: t('palette.chats'),
      actions:
        query.length > 1
          ? (found.data ?? []).map((chat) => ({
              id: chat.jid,
              label: chatTitle(chat.name, chat.jid),
              description: chat.type === 'group' ? t('chat.groupPlain') : addressOf(chat.jid),
              onClick: () => void navigate({ to: '/chats/$jid', params: { jid: chat.jid } }),
            }))
          : [],
    },
    { group: t('palette.actions'), actions: actions.filter(({ label }) => matches(label)) },
  ]
  return (
    <Spotlight
      actions={groups.filter((group) => group.actions.length > 0)}
      filter={(_, all) => all}
      query={typed}
      onQueryChange={setTyped}
      shortcut={['mod + K']}
      nothingFound={t('palette.nothing')}
      highlightQuery={false}
      scrollable
      maxHeight={420}
      transitionProps={{ duration: 120 }}
      attributes={{ content: { 'aria-label': t('palette.label') } }}
      searchProps={{ placeholder: t('palette.hint'), 'aria-label': t('palette.label') }}
    />
  )
}
