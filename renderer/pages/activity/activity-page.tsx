import { Button, Select } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type ActivitySearch, OUTCOMES, readActivitySearch } from '../../app/addresses.ts'
import { useApi } from '../../client/program.tsx'
import { ChatPicker } from '../../components/chat-picker.tsx'
import { Empty, Failed, Page, Waiting } from '../../components/page.tsx'
import { useBots } from '../../components/use-bots.ts'
import classes from './activity.module.css'
import { ActivityRow } from './activity-row.tsx'
import { EarlierAnswers } from './earlier-answers.tsx'
import { Trace } from './trace.tsx'

const PAGE = 60

/** Why nothing stands here, and the one button that changes it. */
function NothingYet({ filtered, onReset }: { filtered: boolean; onReset: () => void }) {
  const { t } = useTranslation()
  const api = useApi()
  const session = useQuery(api.session.get.queryOptions()).data
  const bots = useBots().data
  if (filtered)
    return (
      <Empty text={t('activity.noMatch')}>
        <Button variant="default" onClick={onReset}>
          {t('action.reset')}
        </Button>
      </Empty>
    )
  if (!session || !bots) return <Waiting rows={1} />
  if (session.state === 'unlinked' || session.state === 'pairing')
    return (
      <Empty text={t('activity.noneUnlinked')}>
        <Button renderRoot={(props) => <Link to="/welcome" {...props} />}>{t('overview.link')}</Button>
      </Empty>
    )
  if (bots.every((bot) => bot.chats_on === 0))
    return (
      <Empty text={t('activity.noneOff')}>
        <Button renderRoot={(props) => <Link to="/chats" {...props} />}>{t('overview.toChats')}</Button>
      </Empty>
    )
  return <Empty text={t('activity.none')} />
}

/** What became of each message; where a Python service's file was imported, also what that one had answered. */
export function ActivityPage() {
  const { t } = useTranslation()
  const { earlier = false } = useSearch({ from: '/activity' })
  const some = useQuery(useApi().activity.earlier.queryOptions({ input: { limit: 1 }, staleTime: 60_000 })).data
  const way =
    earlier || some?.length ? (
      <Button
        variant="default"
        renderRoot={(props) => <Link to="/activity" search={earlier ? {} : { earlier: true }} {...props} />}
      >
        {t(earlier ? 'activity.toActivity' : 'activity.earlier')}
      </Button>
    ) : undefined
  return (
    <Page title={t(earlier ? 'activity.earlier' : 'activity.title')} actions={way} wide>
      {earlier ? <EarlierAnswers /> : <LiveActivity />}
    </Page>
  )
}

/** Live, newest first. */
function LiveActivity() {
  const { t } = useTranslation()
  const api = useApi()
  const search = useSearch({ from: '/activity' })
  const navigate = useNavigate()
  const bots = useBots().data ?? []
  const { id, earlier: _earlier, query: _query, ...filter } = search
  const list = useInfiniteQuery(
    api.activity.list.infiniteOptions({
      input: (before: number | undefined) => ({ ...filter, limit: PAGE, ...(before === undefined ? {} : { before }) }),
      initialPageParam: undefined as number | undefined,
      getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.id),
      maxPages: 20,
    }),
  )
  const rows = list.data?.pages.flat() ?? []
  const set = (patch: { [K in keyof ActivitySearch]?: ActivitySearch[K] | undefined }) =>
    void navigate({ to: '/activity', search: readActivitySearch({ ...search, ...patch }), replace: !('id' in patch) })
  const filtered = Object.keys(filter).length > 0
  return (
    <>
      <div className={classes.filters}>
        <Select
          label={t('activity.bot')}
          data={[
            { value: '', label: t('activity.anyBot') },
            ...bots.map((bot) => ({ value: bot.name, label: bot.label })),
          ]}
          value={search.bot ?? ''}
          onChange={(bot) => set({ bot: bot || undefined })}
        />
        <Select
          label={t('activity.state')}
          data={[
            { value: '', label: t('activity.anyState') },
            ...OUTCOMES.map((value) => ({ value, label: t(`activity.states.${value}`) })),
          ]}
          value={search.state ?? ''}
          onChange={(state) => set({ state: OUTCOMES.find((value) => value === state) })}
        />
        <ChatPicker
          label={t('activity.chat')}
          none={t('activity.anyChat')}
          value={search.jid ?? null}
          onChange={(jid) => set({ jid: jid ?? undefined })}
        />
      </div>
      {list.isPending && <Waiting rows={8} height={56} />}
      {list.error && rows.length === 0 && <Failed error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && rows.length === 0 && (
        <NothingYet filtered={filtered} onReset={() => void navigate({ to: '/activity', search: {} })} />
      )}
      {rows.length > 0 && (
        <ul className={classes.list} aria-label={t('activity.list')}>
          {rows.map((row) => (
            <ActivityRow
              key={row.id}
              row={row}
              label={bots.find((bot) => bot.name === row.bot)?.label ?? row.bot}
              onOpen={(chosen) => set({ id: chosen })}
            />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('activity.more')}
        </Button>
      )}
      {id !== undefined && <Trace id={id} onClose={() => set({ id: undefined })} />}
    </>
  )
}
