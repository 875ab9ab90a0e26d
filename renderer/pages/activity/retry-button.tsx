import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'

export function RetryButton({ id, size = 'compact-sm' }: { id: number; size?: 'compact-sm' | 'sm' }) {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const tell = useTell()
  const retry = useAction(
    api.activity.retry.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: api.activity.key() })
        tell.done(t('activity.retried'))
      },
    }),
  )
  return (
    <Button size={size} variant="default" loading={retry.isPending} onClick={() => retry.mutate({ id })}>
      {t('activity.retry')}
    </Button>
  )
}
