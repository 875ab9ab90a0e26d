import { useFormat } from '../i18n/format.ts'
import { useNow } from './use-now.ts'

/** A time as people say it; the exact one on hover. */
export function Time({ at, brief = false }: { at: number; brief?: boolean }) {
  const format = useFormat()
  const now = useNow(60_000)
  return (
    <time dateTime={new Date(at).toISOString()} title={format.exact(at)}>
      {brief ? format.brief(at, now) : format.when(at, now)}
    </time>
  )
}
