import { Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { BackupStatus } from '../../../preload/contract/backups.ts'
import { StateBadge } from '../../components/state-badge.tsx'
import { useFormat } from '../../i18n/format.ts'
import { tellFailure } from '../../i18n/told.ts'
import classes from './backups.module.css'
import { UseAsNew } from './use-as-new.tsx'

const PARTS = ['making', 'proving', 'pruning'] as const

/** What became of the last run, part by part, and what is to be known of the folder beside its files. */
export function FolderState({ status }: { status: BackupStatus }) {
  const { t } = useTranslation()
  const format = useFormat()
  const ran = PARTS.filter((part) => status[part].state !== 'none')
  const { pruning } = status
  return (
    <>
      {status.silent_since !== null && (
        <Text mb="sm" role="alert" className={classes.silent ?? ''}>
          {t('backups.silent', { folder: status.folder, time: format.when(status.silent_since) })}
        </Text>
      )}
      {status.read_only && (
        <Text mb="sm" role="alert" className={classes.silent ?? ''}>
          {t('backups.readOnly', { folder: status.folder })}
        </Text>
      )}
      {status.problem && <Text mb="sm">{tellFailure(status.problem, status.problem_code)}</Text>}
      {status.problem_code === 'NOT_MOUNTED' && <UseAsNew />}
      {ran.length > 0 && (
        <Group mb="sm" gap="md">
          <Text size="sm" c="dimmed">
            {t('backups.lastRun')}
          </Text>
          {ran.map((part) => (
            <StateBadge key={part} tone={status[part].state === 'failed' ? 'bad' : 'good'}>
              {t(`backups.part.${part}.${status[part].state === 'failed' ? 'failed' : 'done'}`)}
            </StateBadge>
          ))}
        </Group>
      )}
      {pruning.problem && (
        <Text mb="sm" className={classes.problem ?? ''}>
          {tellFailure(pruning.problem, pruning.problem_code === 'NO_ANSWER' ? 'NO_ANSWER' : 'backup-undeletable')}
        </Text>
      )}
      {status.gone > 0 && <Note text={t('backups.gone', { count: status.gone })} />}
      {status.dated_ahead > 0 && <Note text={t('backups.aheadNote', { count: status.dated_ahead })} />}
      {status.others.map(({ installation, machine, backups, bytes }) => (
        <Note
          key={installation ?? ''}
          text={t('backups.othersNote', {
            count: backups,
            size: format.bytes(bytes),
            who: machine === null ? (installation ?? t('backups.someone')) : `${machine} (${installation ?? ''})`,
          })}
        />
      ))}
      {status.copied_by && <Note text={t('backups.copiedBy', { name: status.copied_by })} />}
      {status.earlier.map(({ folder, backups }) => (
        <Note key={folder} text={t('backups.earlier', { count: backups, folder })} />
      ))}
    </>
  )
}

function Note({ text }: { text: string }) {
  return (
    <Text mb="sm" size="sm" c="dimmed">
      {text}
    </Text>
  )
}
