import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import classes from './backups.module.css'

/** Shows what the stored rules would delete, and deletes it only after that. */
export function PruneButtons() {
  const { t } = useTranslation()
  const { api, client, queries } = useProgram()
  const confirm = useConfirm()
  const tell = useTell()
  const look = useAction(api.backups.prune.mutationOptions())
  const prune = async () => {
    const { removed } = await look.mutateAsync({ dry_run: true })
    const count = removed.length
    if (count === 0) return tell.done(t('backups.wouldGoNone'))
    const sure = await confirm({
      title: t('backups.pruneTitle'),
      body: <Names text={t('backups.wouldGo', { count })} removed={removed} />,
      confirm: t('backups.pruneConfirm', { count }),
    })
    if (!sure) return
    const done = await client.backups.prune({ dry_run: false })
    void queries.invalidateQueries({ queryKey: api.backups.key() })
    tell.done(t('backups.pruned', { count: done.removed.length }))
  }
  return (
    <Button variant="default" loading={look.isPending} onClick={() => void prune().catch(tell.failure)}>
      {t('backups.preview')}
    </Button>
  )
}

// A list that scrolls is reached by keyboard.
const reachable = { tabIndex: 0 }

/** One name a line: a month of them in one sentence would be a wall. */
function Names({ text, removed }: { text: string; removed: { id: string }[] }) {
  return (
    <>
      {text}
      <ul className={classes.names} aria-label={text} {...reachable}>
        {removed.map(({ id }) => (
          <li key={id}>{id}</li>
        ))}
      </ul>
    </>
  )
}
