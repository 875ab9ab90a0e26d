import {
  IconAlertTriangle,
  IconCheck,
  IconClock,
  IconFile,
  IconMapPin,
  IconMicrophone,
  IconPhoto,
  IconSticker,
  IconVideo,
  IconX,
} from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Message } from '../../../preload/contract/chats.ts'
import { addressOf, useKind } from '../../components/chat-name.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { TextBlock } from '../../components/text-block.tsx'
import { useFormat } from '../../i18n/format.ts'
import classes from './chat.module.css'

const KINDS = { image: IconPhoto, video: IconVideo, audio: IconMicrophone, sticker: IconSticker, location: IconMapPin }
const DELIVERY = {
  pending: IconClock,
  sent: IconClock,
  acked: IconCheck,
  refused: IconAlertTriangle,
  expired: IconX,
  cancelled: IconX,
}

/** The name, else the phone number; a LID says nothing to anybody, so only its end tells two such members apart. */
function senderOf({ sender_name, sender_phone, sender_jid }: Message, member: (digits: string) => string): string {
  if (sender_name) return oneLine(sender_name, 120)
  const jid = sender_phone ?? sender_jid
  if (!jid) return ''
  return jid.endsWith('@lid') ? member(addressOf(jid).slice(-4)) : addressOf(jid)
}

interface Props {
  message: Message
  /** Undefined: it answers nothing. Null: what it answers is not in the window. */
  quoted: Message | null | undefined
  botLabel: string | null
  named: boolean
  target: boolean
  onQuoted: (message: Message) => void
}

export const Bubble = memo(function Bubble({ message, quoted, botLabel, named, target, onQuoted }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const kind = useKind()
  const sender = message.from_me ? t('chat.you') : senderOf(message, (digits) => t('chat.member', { digits }))
  const side = message.bot ? 'bot' : message.from_me ? 'own' : 'theirs'
  const MediaIcon = message.kind in KINDS ? KINDS[message.kind as keyof typeof KINDS] : IconFile
  const DeliveryIcon = message.delivery && DELIVERY[message.delivery]
  const facts = [
    message.media?.seconds !== undefined &&
      `${Math.floor(message.media.seconds / 60)}:${String(Math.round(message.media.seconds % 60)).padStart(2, '0')}`,
    message.media?.bytes !== undefined && format.bytes(message.media.bytes),
  ].filter(Boolean)
  return (
    <li
      className={classes.bubbleRow}
      data-side={side}
      data-message={message.id}
      data-target={target || undefined}
      tabIndex={target ? -1 : undefined}
    >
      <article className={classes.bubble} aria-label={`${sender}, ${format.exact(message.sent_at)}`}>
        {(named || message.bot) && (
          <div className={classes.sender} dir="auto">
            {message.bot ? t('chat.sentBy', { bot: botLabel ?? message.bot }) : sender}
          </div>
        )}
        {quoted !== undefined && (
          <button
            type="button"
            className={classes.quote}
            onClick={() => onQuoted(message)}
            aria-label={t('chat.quoted')}
          >
            <bdi dir="auto">
              {quoted ? (quoted.text ? oneLine(quoted.text, 120) : kind(quoted.kind)) : t('chat.quotedGone')}
            </bdi>
          </button>
        )}
        {message.kind !== 'text' && (
          <div className={classes.media} title={t('chat.media', { kind: kind(message.kind) })}>
            <MediaIcon size={20} stroke={1.5} aria-hidden />
            <span>{kind(message.kind)}</span>
            {facts.length > 0 && <span className={classes.dim}>{facts.join(' · ')}</span>}
          </div>
        )}
        {message.text !== null && <TextBlock text={message.text} />}
        <div className={classes.foot}>
          <time dateTime={new Date(message.sent_at).toISOString()} title={format.exact(message.sent_at)}>
            {format.time(message.sent_at)}
          </time>
          {DeliveryIcon && message.delivery && (
            <span
              className={classes.delivery}
              data-bad={['refused', 'expired', 'cancelled'].includes(message.delivery) || undefined}
            >
              <DeliveryIcon size={13} aria-hidden />
              <span className={classes.deliveryWord} data-quiet={message.delivery === 'acked' || undefined}>
                {t(`chat.delivery.${message.delivery}`)}
              </span>
            </span>
          )}
        </div>
      </article>
    </li>
  )
})
