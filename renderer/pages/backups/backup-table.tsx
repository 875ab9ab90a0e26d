import { ActionIcon, Button, Group, Menu, Table, Text, Tooltip } from '@mantine/core'
import { IconDotsVertical, IconDownload, IconPin, IconPinnedOff, IconShieldCheck, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Backup } from '../../../preload/contract/backups.ts'
import { useProgram } from '../../client/program.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { ScrollBox } from '../../components/scroll-box.tsx'
import { StateBadge, type Tone } from '../../components/state-badge.tsx'
import { useTell } from '../../components/tell.tsx'
import { Time } from '../../components/time.tsx'
import { useAction } from '../../components/use-action.ts'
import { download } from '../../components/use-export.ts'
import { useRestoreFile } from '../../components/use-restore-file.ts'
import { useFormat } from '../../i18n/format.ts'
import { tellFailure } from '../../i18n/told.ts'
import classes from './backups.module.css'

const TONES: Record<Backup['verification'], Tone> = {
  verified: 'good',
  drilled: 'good',
  unverified: 'warn',
  failed: 'bad',
  missing: 'bad',
}

/** Why one cannot be deleted now, the first thing to do first. */
const LOCKS = ['other', 'pinned', 'in-use', 'undo', 'restored-from', 'last-verified', 'foreign'] as const

/** `days`: how many of the last days the stored rule keeps, where the settings are at hand. */
export function BackupTable({ backups, days }: { backups: Backup[]; days: number | undefined }) {
  const { t } = useTranslation()
  return (
    <ScrollBox label={t('backups.list')}>
      <Table verticalSpacing={8} horizontalSpacing={12}>
        <Table.Thead>
          <Table.Tr>
            {(['when', 'size', 'proof', 'why', 'keptBecause', 'actions'] as const).map((key) => (
              <Table.Th key={key} className={key === 'size' ? (classes.size ?? '') : ''}>
                {t(`backups.${key}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {backups.map((backup) => (
            <BackupRow key={backup.id} backup={backup} days={days} />
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  )
}

function BackupRow({ backup, days }: { backup: Backup; days: number | undefined }) {
  const { t, i18n } = useTranslation()
  const format = useFormat()
  const restore = useRestoreFile()
  const kept = (reason: string) => {
    if (reason === 'undo' && backup.needed_until !== null)
      return t('backups.kept.undoUntil', { time: format.date(backup.needed_until) })
    if (reason === 'younger' && days !== undefined) return t('backups.kept.youngerThan', { count: days })
    return i18n.exists(`backups.kept.${reason}`) ? t(`backups.kept.${reason}` as 'backups.kept.last') : reason
  }
  const badge = (
    <StateBadge tone={TONES[backup.verification]}>{t(`backups.verification.${backup.verification}`)}</StateBadge>
  )
  return (
    <Table.Tr>
      <Table.Td>
        <Time at={backup.created_at} />
        <Text size="xs" c="dimmed">
          {backup.format}
          {backup.encryption !== 'none' && ` · ${t(`backups.encryption.${backup.encryption}`)}`}
        </Text>
        {backup.owner === 'other' && (
          <Text size="xs">
            {t('backups.ofOther', {
              who: backup.machine ?? backup.installation ?? t('backups.someone'),
            })}
          </Text>
        )}
        {backup.dated_ahead && <Text size="xs">{t('backups.ahead')}</Text>}
        {backup.problem && <div className={classes.problem}>{tellFailure(backup.problem, backup.problem_code)}</div>}
        {backup.undeletable && <div className={classes.problem}>{t('backups.undeletable')}</div>}
      </Table.Td>
      <Table.Td className={classes.size}>{format.bytes(backup.bytes)}</Table.Td>
      <Table.Td className={classes.proof}>
        {backup.verification === 'drilled' ? <Tooltip label={t('backups.drilledHint')}>{badge}</Tooltip> : badge}
      </Table.Td>
      <Table.Td>{t(`backups.reason.${backup.reason}`)}</Table.Td>
      <Table.Td>
        {backup.kept_because.length === 0 ? t('backups.kept.nothing') : format.list(backup.kept_because.map(kept))}
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            loading={restore.busy}
            disabled={backup.verification === 'missing' || backup.verification === 'failed'}
            aria-label={t('backups.restoreThis', { time: format.when(backup.created_at) })}
            onClick={() => restore.fromBackup(backup.id)}
          >
            {t('backups.restore')}
          </Button>
          <BackupMenu backup={backup} />
        </Group>
      </Table.Td>
    </Table.Tr>
  )
}

function BackupMenu({ backup }: { backup: Backup }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { api, client, queries } = useProgram()
  const tell = useTell()
  const confirm = useConfirm()
  const refresh = () => queries.invalidateQueries({ queryKey: api.backups.key() })
  const verify = useAction(
    api.backups.verify.mutationOptions({
      onSuccess: (checked) => {
        void refresh()
        if (checked.problem) tell.warn(tellFailure(checked.problem, checked.problem_code))
        else tell.done(t('backups.verified'))
      },
    }),
  )
  const pin = useAction(api.backups.pin.mutationOptions({ onSuccess: refresh }))
  const remove = useAction(
    api.backups.remove.mutationOptions({
      onSuccess: () => {
        void refresh()
        tell.done(t('backups.removed'))
      },
    }),
  )
  const kept = LOCKS.find((reason) => backup.kept_because.includes(reason))
  const ask = async () => {
    const sure = await confirm({
      title: t('backups.removeTitle'),
      body: t('backups.removeText', { name: backup.id, size: format.bytes(backup.bytes) }),
      confirm: t('backups.removeConfirm'),
    })
    if (sure) remove.mutate({ id: backup.id })
  }
  const save = () => {
    if (!window.whatslang) return download(`/api/backups/${encodeURIComponent(backup.id)}/file`, backup.id)
    client.backups
      .file({ id: backup.id })
      .then((file) => {
        const address = URL.createObjectURL(file)
        download(address, backup.id)
        setTimeout(() => URL.revokeObjectURL(address), 60_000)
      })
      .catch(tell.failure)
  }
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          loading={verify.isPending || remove.isPending}
          aria-label={t('backups.more', { time: format.when(backup.created_at) })}
        >
          <IconDotsVertical size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconShieldCheck size={16} aria-hidden />}
          onClick={() => verify.mutate({ id: backup.id })}
        >
          {t('backups.verify')}
        </Menu.Item>
        {backup.owner !== 'other' && (
          <Menu.Item
            leftSection={backup.pinned ? <IconPinnedOff size={16} aria-hidden /> : <IconPin size={16} aria-hidden />}
            onClick={() => pin.mutate({ id: backup.id, pinned: !backup.pinned })}
          >
            {t(backup.pinned ? 'backups.unpin' : 'backups.pin')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={save}>
          {t('backups.download')}
        </Menu.Item>
        <Menu.Divider />
        {kept ? (
          // Not `disabled`: the arrow keys would pass it by, and with it the reason.
          <Menu.Item
            aria-disabled
            closeMenuOnClick={false}
            className={classes.locked ?? ''}
            leftSection={<IconTrash size={16} aria-hidden />}
          >
            {t('backups.remove')}
            <span>{t(`backups.locked.${kept}`)}</span>
          </Menu.Item>
        ) : (
          <Menu.Item
            color="var(--w-danger)"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => void ask()}
          >
            {t('backups.remove')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
