import { type Format, useFormat } from '../i18n/format.ts'
import { useNow } from './use-now.ts'

/** A time as people say it; the exact one on hover. */
export function Time({ at }: { at: number }) {
  const format = useFormat()
  const now = useNow(60_000)
  return <Moment at={at} words={format.when(at, now)} format={format} />
}

/** A time in somebody else's words: it asks for nothing itself. */
export function Moment({ at, words, format }: { at: number; words: string; format: Format }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={format.exact(at)}>
      {words}
    </time>
  )
}
