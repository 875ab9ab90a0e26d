import { Button, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { signIn } from '../client/authentication.ts'
import { useProgram } from '../client/program.tsx'
import { useTitle } from '../components/page.tsx'

/** The headless host's page without its token. */
export default function SignIn() {
  const { t } = useTranslation()
  const { connection } = useProgram()
  const [token, setToken] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  useTitle(t('signIn.title'))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      if (await signIn(token.trim())) connection.start()
      else setProblem(t('signIn.wrong'))
    } catch {
      // The request itself failed: the program is not there.
      setProblem(t('error.offline'))
    } finally {
      setBusy(false)
    }
  }
  return (
    <main>
      <form onSubmit={(event) => void submit(event)}>
        <Stack maw={420} mx="auto" p="xl" mt="10vh">
          <Title order={1}>{t('signIn.title')}</Title>
          <Text>{t('signIn.text')}</Text>
          <PasswordInput
            label={t('signIn.token')}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            error={problem}
            autoComplete="current-password"
            required
            withAsterisk={false}
            data-autofocus
          />
          <Button type="submit" loading={busy} disabled={!token.trim()}>
            {t('signIn.open')}
          </Button>
        </Stack>
      </form>
    </main>
  )
}
