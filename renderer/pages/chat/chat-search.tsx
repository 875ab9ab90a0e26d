import { ActionIcon, Popover, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { memo, useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Message } from '../../../preload/contract/chats.ts'
import { useApi } from '../../client/program.tsx'
import { useKind } from '../../components/chat-name.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { Moment } from '../../components/time.tsx'
import { useNow } from '../../components/use-now.ts'
import { type Format, useFormat } from '../../i18n/format.ts'
import classes from './chat.module.css'
import { EarlierNote } from './earlier-note.tsx'

/** Finds words in this chat and goes to where they stand. */
export function ChatSearch({ jid, onFound }: { jid: string; onFound: (id: number) => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  // Words belong to the chat that they were typed in.
  const [words, setWords] = useState({ jid, typed: '' })
  const typed = words.jid === jid ? words.typed : ''
  const query = typed.trim()
  const found = useQuery(
    useApi().chats.search.queryOptions({
      input: { jid, query, limit: 50 },
      enabled: open && query.length > 0,
      placeholderData: (old) => (old?.[0]?.chat_jid === jid ? old : undefined),
      staleTime: 0,
    }),
  )
  const pick = useCallback(
    (id: number) => {
      setOpen(false)
      onFound(id)
    },
    [onFound],
  )
  const results = query ? (found.data ?? []) : []
  const kind = useKind()
  const format = useFormat()
  const now = useNow(60_000)
  const say = useMemo(() => ({ kind, format, now }), [kind, format, now])
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={340} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Tooltip label={t('chat.search')} disabled={open}>
          <ActionIcon variant="subtle" aria-label={t('chat.search')} onClick={() => setOpen(!open)}>
            <IconSearch size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('chat.search')}>
        <Stack gap={8}>
          <TextInput
            type="search"
            aria-label={t('chat.search')}
            placeholder={t('chat.search')}
            value={typed}
            maxLength={200}
            data-autofocus
            onChange={(event) => setWords({ jid, typed: event.currentTarget.value })}
          />
          <section
            className={classes.results}
            aria-label={t('chat.searchResults')}
            aria-busy={found.isFetching}
            data-query={query}
          >
            {results.map((message, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: by place, the next letter's messages are written into the rows that are there
              <Found key={place} message={message} say={say} onPick={pick} />
            ))}
          </section>
          {query && found.isSuccess && <EarlierNote jid={jid} query={query} />}
          {query && found.isSuccess && results.length === 0 && (
            <Text size="sm" c="dimmed" role="status">
              {t('chat.searchNone')}
            </Text>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

interface FoundProps {
  message: Message
  say: { kind: ReturnType<typeof useKind>; format: Format; now: number }
  onPick: (id: number) => void
}

/** Plain elements without a hook: fifty of these change with every letter. */
const Found = memo(function Found({ message, say: { kind, format, now }, onPick }: FoundProps) {
  return (
    <button type="button" className={classes.found} onClick={() => onPick(message.id)}>
      <span className={classes.foundWhen}>
        <Moment at={message.sent_at} words={format.when(message.sent_at, now)} format={format} />
      </span>
      <bdi dir="auto" className={classes.foundText}>
        {message.text ? oneLine(message.text, 160) : kind(message.kind)}
      </bdi>
    </button>
  )
})
