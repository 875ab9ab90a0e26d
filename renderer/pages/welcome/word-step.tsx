import { Checkbox, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './welcome.module.css'

export function WordStep({ accepted, onAccept }: { accepted: boolean; onAccept: (accepted: boolean) => void }) {
  const { t } = useTranslation()
  return (
    <Stack>
      <Text maw="72ch">{t('welcome.intro')}</Text>
      <div className={classes.word}>
        <Stack gap="sm">
          <Title order={2}>{t('welcome.honest')}</Title>
          <Text maw="72ch">{t('welcome.unofficial')}</Text>
          <Text maw="72ch">{t('welcome.restrict')}</Text>
          <Text maw="72ch">{t('welcome.advice')}</Text>
          <Checkbox
            mt="sm"
            label={t('welcome.accept')}
            checked={accepted}
            onChange={(event) => onAccept(event.currentTarget.checked)}
          />
        </Stack>
      </div>
    </Stack>
  )
}
