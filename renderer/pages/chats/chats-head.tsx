import { ActionIcon, Title, Tooltip } from '@mantine/core'
import { IconChecklist, IconPlus, IconRefresh } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import { useFormat } from '../../i18n/format.ts'
import classes from './chats.module.css'
import type { Selection } from './use-selection.ts'

/** Not drawn again with every letter that somebody searches for. */
export const ChatsHead = memo(function ChatsHead({ selection, onAdd }: { selection: Selection; onAdd: () => void }) {
  const { t } = useTranslation()
  const format = useFormat()
  const tell = useTell()
  const sync = useAction(
    useApi().chats.sync.mutationOptions({
      onSuccess: ({ groups, chats }) =>
        tell.done(
          t('chats.synced', {
            groups: t('chats.groups', { count: groups, formatted: format.number(groups) }),
            chats: t('chats.count', { count: chats, formatted: format.number(chats) }),
          }),
        ),
    }),
  )
  return (
    <div className={classes.line}>
      <Title order={1}>{t('chats.title')}</Title>
      <Tooltip label={t('chats.selectMode')}>
        <ActionIcon
          variant={selection.active ? 'light' : 'subtle'}
          aria-label={t('chats.selectMode')}
          aria-pressed={selection.active}
          onClick={() => (selection.active ? selection.stop() : selection.start())}
        >
          <IconChecklist size={20} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t('chats.syncLabel')}>
        <ActionIcon
          variant="subtle"
          aria-label={t('chats.syncLabel')}
          loading={sync.isPending}
          onClick={() => sync.mutate({})}
        >
          <IconRefresh size={20} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t('chats.add')}>
        <ActionIcon variant="subtle" aria-label={t('chats.add')} onClick={onAdd}>
          <IconPlus size={20} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </div>
  )
})
