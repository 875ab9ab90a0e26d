import { Text, useMantineColorScheme } from '@mantine/core'
import { createSpotlightStore, Spotlight, type SpotlightStore, useSpotlight } from '@mantine/spotlight'
import '@mantine/spotlight/styles.css'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../client/program.tsx'
import { addressOf, ChatName } from '../components/chat-name.tsx'
import { useAction } from '../components/use-action.ts'
import { PAGES } from './rail.tsx'

/** Says that more rows follow, also before anybody scrolls. The list hands it on to its ScrollArea, which its type does not say. */
const SCROLLBAR = { type: 'auto', scrollbarSize: 8 }

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
  const pages = PAGES.map(({ key, to, icon: Icon }) => ({
    id: key,
    label: t(`nav.${key}`),
    leftSection: <Icon size={18} aria-hidden />,
    onClick: go(to),
  })).filter(({ label }) => matches(label))
  const chats = query.length > 1 ? (found.data?.chats ?? []) : []
  const doing = actions.filter(({ label }) => matches(label))
  const ids = [...pages.map(({ id }) => id), ...chats.map(({ jid }) => jid), ...doing.map(({ id }) => id)]
  const [store] = useState(createSpotlightStore)
  useSelected(store, ids.join(' '))
  return (
    <Spotlight.Root
      store={store}
      query={typed}
      onQueryChange={setTyped}
      shortcut={['mod + K']}
      scrollable
      maxHeight={420}
      transitionProps={{ duration: 120 }}
      attributes={{ content: { 'aria-label': t('palette.label') } }}
    >
      <Spotlight.Search placeholder={t('palette.hint')} aria-label={t('palette.label')} />
      {ids.length === 0 ? (
        <Spotlight.Empty>{t('palette.nothing')}</Spotlight.Empty>
      ) : (
        <Spotlight.ActionsList {...SCROLLBAR}>
          {pages.length > 0 && (
            <Spotlight.ActionsGroup label={t('palette.pages')}>
              {pages.map(({ id, ...page }) => (
                <Spotlight.Action key={id} {...page} />
              ))}
            </Spotlight.ActionsGroup>
          )}
          {chats.length > 0 && (
            <Spotlight.ActionsGroup label={t('palette.chats')}>
              {chats.map(({ jid, name, type }) => (
                <Spotlight.Action key={jid} onClick={() => void navigate({ to: '/chats/$jid', params: { jid } })}>
                  <span>
                    <ChatName name={name} jid={jid} />
                    <Text span display="block" size="xs" c="dimmed">
                      {type === 'group' ? t('chat.groupPlain') : addressOf(jid)}
                    </Text>
                  </span>
                </Spotlight.Action>
              ))}
            </Spotlight.ActionsGroup>
          )}
          {doing.length > 0 && (
            <Spotlight.ActionsGroup label={t('palette.actions')}>
              {doing.map(({ id, ...action }) => (
                <Spotlight.Action key={id} {...action} />
              ))}
            </Spotlight.ActionsGroup>
          )}
        </Spotlight.ActionsList>
      )}
    </Spotlight.Root>
  )
}

/** One row is always selected: Mantine marks it once, in the document, and the mark goes with a row that a later answer replaces. */
function useSelected(store: SpotlightStore, ids: string): void {
  const { opened, listId } = useSpotlight(store)
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are the reason to look again
  useEffect(() => {
    if (!opened || listId === '') return
    const rows = [...(document.getElementById(listId)?.querySelectorAll('[data-action]') ?? [])]
    const selected = Math.max(
      0,
      rows.findIndex((row) => row.hasAttribute('data-selected')),
    )
    rows[selected]?.setAttribute('data-selected', 'true')
    store.updateState((state) => ({ ...state, selected }))
  }, [store, opened, listId, ids])
}
