import { Button, Loader, Skeleton } from '@mantine/core'
import { IconArrowDown } from '@tabler/icons-react'
import { Fragment, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot } from '../../../preload/contract/bots.ts'
import type { Message } from '../../../preload/contract/chats.ts'
import { Empty, Failed } from '../../components/page.tsx'
import { useTell } from '../../components/tell.tsx'
import { useFormat } from '../../i18n/format.ts'
import { Bubble } from './bubble.tsx'
import classes from './chat.module.css'
import { EarlierNote } from './earlier-note.tsx'
import type { useHistory } from './use-history.ts'

/** How far from an end the next stretch is fetched, in pixels. */
const AHEAD = 2000
const AT_END = 60

interface Props {
  jid: string
  history: ReturnType<typeof useHistory>
  bots: Bot[]
  group: boolean
}

/** Bubbles in a window of the history. The browser's scroll anchoring keeps in place what is being read while either end grows. */
export function HistoryView({ jid, history, bots, group }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const tell = useTell()
  const scroller = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  const top = useRef(0)
  const [away, setAway] = useState(false)
  const {
    messages,
    older,
    newer,
    status,
    target,
    unseen,
    freed,
    loadOlder,
    loadNewer,
    toMessage,
    toNewest,
    clearTarget,
  } = history

  const check = useCallback(() => {
    const element = scroller.current
    if (!element) return
    const below = element.scrollHeight - element.clientHeight - element.scrollTop
    const up = element.scrollTop < top.current
    top.current = element.scrollTop
    // What grows below takes nobody from the end; who scrolls up leaves it.
    if (below < AT_END && !newer) following.current = true
    else if (up || newer) following.current = false
    setAway(below > element.clientHeight || newer)
    if (element.scrollTop < AHEAD && older) {
      // Anchoring rests at the very top; one pixel keeps it awake.
      if (element.scrollTop === 0) element.scrollTop = 1
      void loadOlder()
    }
    if (below < AHEAD && newer) void loadNewer()
  }, [older, newer, loadOlder, loadNewer])

  const first = messages[0]?.id
  const last = messages.at(-1)?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ends of the window say when it has changed
  useLayoutEffect(() => {
    const element = scroller.current
    if (element && following.current && target === null) element.scrollTop = element.scrollHeight
    const frame = requestAnimationFrame(check)
    return () => cancelAnimationFrame(frame)
  }, [first, last, target, freed, check])
  // Bubbles grow and the window shrinks: who is at the end stays there.
  const filled = messages.length > 0
  useEffect(() => {
    const element = scroller.current
    if (!filled || !element) return
    const stay = new ResizeObserver(() => {
      if (following.current) element.scrollTop = element.scrollHeight
    })
    for (const watched of [element, ...element.children]) stay.observe(watched)
    return () => stay.disconnect()
  }, [filled])
  useLayoutEffect(() => {
    if (target === null) return
    following.current = false
    const element = scroller.current?.querySelector<HTMLElement>(`[data-message="${target}"]`)
    element?.scrollIntoView({ block: 'center' })
    element?.focus({ preventScroll: true })
  }, [target])
  useEffect(() => {
    if (target === null) return
    const timer = setTimeout(clearTarget, 3000)
    return () => clearTimeout(timer)
  }, [target, clearTarget])

  const byMessageId = useMemo(() => new Map(messages.map((message) => [message.message_id, message])), [messages])
  const labels = useMemo(() => new Map(bots.map((bot) => [bot.name, bot.label])), [bots])
  const known = useRef(byMessageId)
  known.current = byMessageId
  const onQuoted = useCallback(
    (message: Message) => {
      const quoted = message.quoted_id ? known.current.get(message.quoted_id) : undefined
      if (quoted) void toMessage(quoted.id)
      else tell.done(t('chat.quoteMissing'))
    },
    [toMessage, tell, t],
  )

  if (status === 'waiting')
    return (
      <div className={`${classes.scroller} ${classes.waiting}`} aria-hidden>
        {[40, 64, 40, 88, 52, 40].map((height, index) => (
          <Skeleton
            key={`${height}-${String(index)}`}
            height={height}
            width={`${38 + ((index * 13) % 30)}%`}
            my={8}
            radius="lg"
            ml={index % 2 ? 'auto' : 0}
          />
        ))}
      </div>
    )
  if (status === 'failed' && messages.length === 0)
    return <Failed error={history.error} onRetry={() => void toNewest()} />
  if (messages.length === 0)
    return (
      <Empty text={t('chat.empty')}>
        <EarlierNote jid={jid} />
      </Empty>
    )
  const toEnd = () => {
    if (newer) {
      following.current = true
      void toNewest()
    } else scroller.current?.scrollTo({ top: scroller.current.scrollHeight })
  }
  return (
    <div className={classes.historyBox}>
      <section
        ref={scroller}
        className={classes.scroller}
        onScroll={check}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe: scrollable-region-focusable)
        tabIndex={0}
        aria-label={t('chat.history')}
        data-testid="history"
      >
        {older && <Loader size="sm" mx="auto" my={8} aria-hidden />}
        {!older && <EarlierNote jid={jid} />}
        <ol className={classes.bubbles}>
          {messages.map((message, index) => {
            const before = messages[index - 1]
            const newDay =
              !before || new Date(before.sent_at).toDateString() !== new Date(message.sent_at).toDateString()
            return (
              <Fragment key={message.id}>
                {newDay && (
                  <li className={classes.day}>
                    <span>{format.dayTitle(message.sent_at)}</span>
                  </li>
                )}
                <Bubble
                  message={message}
                  quoted={message.quoted_id ? (byMessageId.get(message.quoted_id) ?? null) : undefined}
                  botLabel={message.bot ? (labels.get(message.bot) ?? null) : null}
                  named={
                    group && !message.from_me && (newDay || before?.sender_jid !== message.sender_jid || before.from_me)
                  }
                  target={message.id === target}
                  onQuoted={onQuoted}
                />
              </Fragment>
            )
          })}
        </ol>
      </section>
      {(away || unseen > 0) && (
        <Button
          className={classes.toEnd}
          size="compact-sm"
          leftSection={<IconArrowDown size={16} aria-hidden />}
          onClick={toEnd}
        >
          {unseen > 0 ? t('chat.newMessages', { count: unseen }) : t('chat.newest')}
        </Button>
      )}
    </div>
  )
}
