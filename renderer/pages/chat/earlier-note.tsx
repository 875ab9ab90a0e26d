import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import classes from './chat.module.css'

/** Above the first message of a chat: that an imported service had answered here, and the way to what it said. */
export function EarlierNote({ jid, query }: { jid: string; query?: string }) {
  const { t } = useTranslation()
  const some = useQuery(
    useApi().activity.earlier.queryOptions({ input: { jid, limit: 1, ...(query && { query }) }, staleTime: 60_000 }),
  )
  if (!some.data?.length) return null
  return (
    <div className={classes.earlier}>
      <Button
        size="compact-sm"
        variant="default"
        renderRoot={(props) => (
          <Link to="/activity" search={{ earlier: true, jid, ...(query && { query }) }} {...props} />
        )}
      >
        {t(query ? 'chat.earlierFound' : 'chat.earlier')}
      </Button>
    </div>
  )
}
