import { Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { addressOf } from '../../components/chat-name.tsx'
import { useConfirm } from '../../components/confirm.tsx'
import { Section } from '../../components/page.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'

export function AccountSection() {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const confirm = useConfirm()
  const tell = useTell()
  const session = useQuery(api.session.get.queryOptions()).data
  const logout = useAction(
    api.session.logout.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: api.session.key() })
        tell.done(t('settings.loggedOut'))
      },
    }),
  )
  const me = session?.me
  const name = me && (oneLine(me.name ?? '', 60) || addressOf(me.jid))
  const ask = async () => {
    const sure = await confirm({
      title: t('settings.logoutTitle'),
      body: t('settings.logoutText', { name, button: t('overview.link') }),
      confirm: t('settings.logout'),
    })
    if (sure) logout.mutate({})
  }
  return (
    <Section title={t('settings.account')}>
      <Group justify="space-between">
        <Text>{name ? t('settings.linkedAs', { name }) : t('settings.notLinked')}</Text>
        {me ? (
          <Button color="red.8" variant="outline" loading={logout.isPending} onClick={() => void ask()}>
            {t('settings.logout')}
          </Button>
        ) : (
          <Button renderRoot={(props) => <Link to="/welcome" {...props} />}>{t('overview.link')}</Button>
        )}
      </Group>
    </Section>
  )
}
