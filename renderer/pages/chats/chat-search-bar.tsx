import { ActionIcon, Button, Checkbox, CloseButton, Popover, Select, Stack, TextInput, Tooltip } from '@mantine/core'
import { IconFilter, IconSearch } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { memo, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readFilter } from '../../app/addresses.ts'
import { useBots } from '../../components/use-bots.ts'
import classes from './chats.module.css'
import { useAskAhead } from './use-chat-window.ts'

/** Between two questions while somebody types without a pause. */
const PACE_MS = 80

/** Search, filters and order. They live in the address, so that they survive a reload and a bookmark. */
export const ChatSearchBar = memo(function ChatSearchBar() {
  const { t } = useTranslation()
  const search = useSearch({ from: '/chats' })
  const navigate = useNavigate()
  const bots = useBots().data ?? []
  const [typed, setTyped] = useState(search.query ?? '')
  const [open, setOpen] = useState(false)
  const askAhead = useAskAhead()
  const set = (patch: Record<string, string | undefined>) => {
    askAhead(readFilter({ ...search, ...patch }))
    void navigate({
      to: '.',
      search: (old: Record<string, unknown>) => readFilter({ ...old, ...patch }),
      replace: true,
    })
  }
  const submit = useRef(set)
  submit.current = set
  const query = typed.trim() || undefined
  const asked = useRef({ query: search.query, at: 0, onTheirWay: new Set([search.query]) })
  useEffect(() => {
    const { query: newest, onTheirWay } = asked.current
    const own = onTheirWay.has(search.query)
    if (own && search.query !== newest) return
    asked.current.query = search.query
    asked.current.onTheirWay = new Set([search.query])
    // Another place changed it: a button that shows all, or the way back.
    if (!own) setTyped(search.query ?? '')
  }, [search.query])
  useEffect(() => {
    if (query === asked.current.query) return
    // A letter is answered at once, a burst of them together.
    const ask = () => {
      const { onTheirWay } = asked.current
      asked.current = { query, at: performance.now(), onTheirWay: onTheirWay.add(query) }
      submit.current({ query })
    }
    const wait = asked.current.at + PACE_MS - performance.now()
    if (wait <= 0) return ask()
    const timer = setTimeout(ask, wait)
    return () => clearTimeout(timer)
  }, [query])
  const { query: _, ...filters } = readFilter({ ...search })
  const used = Object.keys(filters).length
  const select = (
    key: 'type' | 'activity' | 'bots' | 'sort',
    none: string,
    data: { value: string; label: string }[],
  ) => (
    <Select
      label={t(`chats.${key}.label`)}
      data={data}
      value={search[key] ?? none}
      onChange={(value) => set({ [key]: value === none || value === null ? undefined : value })}
      comboboxProps={{ withinPortal: false }}
    />
  )
  const choices = <const V extends string>(values: V[], label: (value: V) => string) =>
    values.map((value) => ({ value, label: label(value) }))
  const label = used > 0 ? t('chats.filtersOn', { count: used }) : t('chats.filters')
  return (
    <div className={classes.line}>
      <TextInput
        flex={1}
        type="search"
        aria-label={t('chats.search')}
        placeholder={t('chats.searchHint')}
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={typed && <CloseButton size="sm" aria-label={t('action.clear')} onClick={() => setTyped('')} />}
        value={typed}
        maxLength={200}
        onChange={(event) => setTyped(event.currentTarget.value)}
        data-page-search
      />
      <Popover opened={open} onChange={setOpen} position="bottom-end" width={280} trapFocus returnFocus shadow="md">
        <Popover.Target>
          <Tooltip label={label} disabled={open}>
            <ActionIcon
              size={34}
              variant={used > 0 ? 'light' : 'default'}
              aria-label={label}
              onClick={() => setOpen(!open)}
            >
              <IconFilter size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Popover.Target>
        <Popover.Dropdown aria-label={t('chats.filters')}>
          <Stack gap="sm">
            {select(
              'type',
              'all',
              choices(['all', 'direct', 'group'], (value) => t(`chats.type.${value}`)),
            )}
            {select(
              'activity',
              'all',
              choices(['all', 'active', 'recent', 'idle'], (value) => t(`chats.activity.${value}`)),
            )}
            {select('bots', 'all', [
              ...choices(['all', 'with', 'without'], (value) => t(`chats.bots.${value}`)),
              ...bots.map((bot) => ({ value: bot.name, label: bot.label })),
            ])}
            {select(
              'sort',
              'last_message_time',
              choices(['last_message_time', 'chat_name', 'message_count', 'added_at'], (value) =>
                t(`chats.sort.${value}`),
              ),
            )}
            <Checkbox
              label={t('chats.sort.reverse')}
              checked={search.order !== undefined}
              onChange={(event) =>
                set({ order: event.currentTarget.checked ? (search.sort === 'chat_name' ? 'desc' : 'asc') : undefined })
              }
            />
            <Button
              variant="default"
              disabled={used === 0}
              onClick={() => {
                set({ type: undefined, activity: undefined, bots: undefined, sort: undefined, order: undefined })
                setOpen(false) // what is disabled loses the focus, and then Escape is not heard
              }}
            >
              {t('chats.clearFilters')}
            </Button>
          </Stack>
        </Popover.Dropdown>
      </Popover>
    </div>
  )
})
