import { Button, Text, TextInput } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { memo, useDeferredValue } from 'react'
import { useTranslation } from 'react-i18next'
import type { EarlierAnswer } from '../../../preload/contract/activity.ts'
import { type ActivitySearch, readActivitySearch } from '../../app/addresses.ts'
import { useApi } from '../../client/program.tsx'
import { ChatName } from '../../components/chat-name.tsx'
import { ChatPicker } from '../../components/chat-picker.tsx'
import { Empty, Failed, Waiting } from '../../components/page.tsx'
import { TextBlock } from '../../components/text-block.tsx'
import { Time } from '../../components/time.tsx'
import classes from './activity.module.css'

const PAGE = 40

/** What an imported Python service had answered, found by words and by chat. */
export function EarlierAnswers() {
  const { t } = useTranslation()
  const search = useSearch({ from: '/activity' })
  const navigate = useNavigate()
  const query = useDeferredValue(search.query?.trim() ?? '')
  const filter = { ...(query && { query }), ...(search.jid && { jid: search.jid }) }
  const list = useInfiniteQuery(
    useApi().activity.earlier.infiniteOptions({
      input: (before: number | undefined) => ({ ...filter, limit: PAGE, ...(before === undefined ? {} : { before }) }),
      initialPageParam: undefined as number | undefined,
      getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.id),
      placeholderData: keepPreviousData,
    }),
  )
  const rows = list.data?.pages.flat() ?? []
  const set = (patch: { [K in keyof ActivitySearch]?: ActivitySearch[K] | undefined }) =>
    void navigate({ to: '/activity', search: readActivitySearch({ ...search, ...patch }), replace: true })
  return (
    <>
      <Text c="dimmed" maw="72ch" mb={16}>
        {t('activity.earlierHint')}
      </Text>
      <div className={classes.filters}>
        <TextInput
          type="search"
          label={t('activity.earlierSearch')}
          value={search.query ?? ''}
          maxLength={200}
          onChange={(event) => set({ query: event.currentTarget.value || undefined })}
        />
        <ChatPicker
          label={t('activity.chat')}
          none={t('activity.anyChat')}
          value={search.jid ?? null}
          onChange={(jid) => set({ jid: jid ?? undefined })}
        />
      </div>
      {list.isPending && <Waiting rows={6} height={88} />}
      {list.error && rows.length === 0 && <Failed error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && rows.length === 0 && (
        <Empty text={t(Object.keys(filter).length > 0 ? 'activity.noMatch' : 'activity.earlierNone')} />
      )}
      {rows.length > 0 && (
        <ul className={classes.list} aria-label={t('activity.earlier')} aria-busy={list.isPlaceholderData}>
          {rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('activity.more')}
        </Button>
      )}
    </>
  )
}

const Row = memo(function Row({ row }: { row: EarlierAnswer }) {
  const { t } = useTranslation()
  const at = row.answered_at === null ? Number.NaN : Date.parse(`${row.answered_at.replace(' ', 'T')}Z`)
  return (
    <li className={classes.earlier}>
      <div className={classes.rowHead}>
        <span className={classes.bot}>{row.bot}</span>
        <span className={classes.chat}>
          {row.chat_jid !== null && <Place jid={row.chat_jid} name={row.chat_name} />}
          {row.chat_jid === null && row.forwarded_jid === null && t('activity.earlierNowhere')}
          {row.forwarded_jid !== null && (
            <>
              {' '}
              {t('activity.earlierForwarded')} <Place jid={row.forwarded_jid} name={row.forwarded_name} />
            </>
          )}
        </span>
        {!Number.isNaN(at) && (
          <Text span size="xs" c="dimmed" className={classes.time}>
            <Time at={at} />
          </Text>
        )}
      </div>
      {row.question && (
        <div className={classes.question}>
          <TextBlock text={row.question} />
        </div>
      )}
      <TextBlock text={row.answer} />
    </li>
  )
})

function Place({ jid, name }: { jid: string; name: string | null }) {
  return (
    <Link to="/chats/$jid" params={{ jid }}>
      <ChatName name={name} jid={jid} />
    </Link>
  )
}
