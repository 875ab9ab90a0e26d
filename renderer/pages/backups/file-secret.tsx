import { Button, Group, PasswordInput, Text } from '@mantine/core'
import { ORPCError } from '@orpc/client'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { explain } from '../../components/tell.tsx'
import classes from './backups.module.css'

export type Secret = { passphrase?: string; identity?: string }

const REASONS = ['passphrase-needed', 'wrong-passphrase', 'key-needed', 'wrong-key']

/** True where the file would open with another passphrase or key. */
export const needsSecret = (error: unknown): boolean => REASONS.includes(reasonOf(error))

function reasonOf(error: unknown): string {
  const data: unknown = error instanceof ORPCError ? error.data : null
  return typeof data === 'object' && data !== null ? String(Reflect.get(data, 'reason')) : ''
}

interface Props {
  waiting?: boolean
  /** What became of the secret that was given before. */
  error?: unknown
  onOpen: (secret: Secret) => void
}

/** What opens an encrypted file: its passphrase, or the age key of a recipient. It stays in this form. */
export function FileSecret({ waiting = false, error = null, onOpen }: Props) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const said = error
    ? reasonOf(error).startsWith('wrong-')
      ? t('backups.restorePage.lockedWrong')
      : explain(error, t)
    : undefined
  return (
    <form
      className={classes.secret}
      onSubmit={(event) => {
        event.preventDefault()
        const key = typed.trim()
        onOpen(key.startsWith('AGE-SECRET-KEY-') ? { identity: key } : { passphrase: typed })
      }}
    >
      <Group align="flex-end" wrap="nowrap">
        <PasswordInput
          label={t('backups.restorePage.passphrase')}
          description={t('backups.restorePage.passphraseHint')}
          flex={1}
          miw={0}
          error={said !== undefined}
          aria-invalid={said !== undefined}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" disabled={!typed} loading={waiting}>
          {t('backups.restorePage.unlock')}
        </Button>
      </Group>
      {said && (
        <Text size="sm" mt={8} c="var(--mantine-color-error)" role="alert">
          {said}
        </Text>
      )}
    </form>
  )
}
