import { Button, Group, PasswordInput } from '@mantine/core'
import { ORPCError } from '@orpc/client'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

export type Secret = { passphrase?: string; identity?: string }

const REASONS = ['passphrase-needed', 'wrong-passphrase', 'key-needed', 'wrong-key']

/** True where the file would open with another passphrase or key. */
export function needsSecret(error: unknown): boolean {
  if (!(error instanceof ORPCError)) return false
  const data: unknown = error.data
  return typeof data === 'object' && data !== null && REASONS.includes(String(Reflect.get(data, 'reason')))
}

/** What opens an encrypted file: its passphrase, or the age key of a recipient. It stays in this form. */
export function FileSecret({ waiting = false, onOpen }: { waiting?: boolean; onOpen: (secret: Secret) => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const key = typed.trim()
        onOpen(key.startsWith('AGE-SECRET-KEY-') ? { identity: key } : { passphrase: typed })
      }}
    >
      <Group align="flex-end">
        <PasswordInput
          label={t('backups.restorePage.passphrase')}
          description={t('backups.restorePage.passphraseHint')}
          miw={320}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" disabled={!typed} loading={waiting}>
          {t('backups.restorePage.unlock')}
        </Button>
      </Group>
    </form>
  )
}
