import { Button, Group, PasswordInput, Select, Stack, Text, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../../preload/contract/settings.ts'
import { useProgram } from '../../client/program.tsx'
import { Section } from '../../components/page.tsx'
import { explain, useTell } from '../../components/tell.tsx'

const KINDS = ['none', 'passphrase', 'recipients'] as const

export function EncryptionForm({ backup, hasPassphrase }: { backup: Settings['backup']; hasPassphrase: boolean }) {
  const { t } = useTranslation()
  const { client } = useProgram()
  const tell = useTell()
  const stored = backup.encryption
  const [kind, setKind] = useState<(typeof KINDS)[number]>(stored.kind)
  const [passphrase, setPassphrase] = useState('')
  const [recipients, setRecipients] = useState(stored.kind === 'recipients' ? stored.recipients.join('\n') : '')
  const keys = recipients.split(/\s+/).filter(Boolean)
  const save = useMutation({
    networkMode: 'always',
    mutationFn: async () => {
      if (kind === 'passphrase' && passphrase)
        await client.settings.setSecret({ name: 'backup_passphrase', value: passphrase })
      const encryption = kind === 'recipients' ? { kind, recipients: keys } : { kind }
      return client.settings.update({ backup: { encryption } })
    },
    onSuccess: () => {
      setPassphrase('')
      tell.done(t('backups.encryptSaved'))
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  const ready = kind === 'none' || (kind === 'passphrase' ? passphrase !== '' || hasPassphrase : keys.length > 0)
  return (
    <Section title={t('backups.encrypt')}>
      <form onSubmit={submit}>
        <Stack maw={640}>
          <Select
            aria-label={t('backups.encrypt')}
            data={KINDS.map((value) => ({ value, label: t(`backups.encryptKind.${value}`) }))}
            value={kind}
            onChange={(value) => setKind(KINDS.find((known) => known === value) ?? 'none')}
          />
          {kind === 'passphrase' && (
            <PasswordInput
              label={t('backups.passphrase')}
              description={hasPassphrase ? t('backups.passphraseSet') : t('backups.passphraseHint')}
              autoComplete="new-password"
              value={passphrase}
              onChange={(event) => setPassphrase(event.currentTarget.value)}
            />
          )}
          {kind === 'recipients' && (
            <Textarea
              label={t('backups.recipients')}
              description={t('backups.recipientsHint')}
              autosize
              minRows={2}
              value={recipients}
              onChange={(event) => setRecipients(event.currentTarget.value)}
            />
          )}
          {save.error && (
            <Text c="var(--mantine-color-error)" role="alert">
              {explain(save.error, t)}
            </Text>
          )}
          <Group>
            <Button type="submit" disabled={!ready} loading={save.isPending}>
              {t('action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
