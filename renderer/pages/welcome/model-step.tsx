import { Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ModelForm } from '../../components/model-form.tsx'

export function ModelStep() {
  const { t } = useTranslation()
  return (
    <Stack>
      <Title order={2}>{t('welcome.model')}</Title>
      <Text maw="72ch">{t('welcome.modelText')}</Text>
      <ModelForm />
    </Stack>
  )
}
