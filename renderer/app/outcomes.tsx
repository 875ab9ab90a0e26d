import { Button, Text, Title } from '@mantine/core'
import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Empty, Waiting } from '../components/page.tsx'
import { unexpected } from '../components/tell.tsx'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <Empty text={t('error.notFoundText')} icon={<Title order={1}>{t('error.notFound')}</Title>}>
      <Button variant="default" renderRoot={(props) => <Link to="/" {...props} />}>
        {t('error.toOverview')}
      </Button>
    </Empty>
  )
}

export function PageFailed({ error }: ErrorComponentProps) {
  const { t } = useTranslation()
  return (
    <div role="alert">
      <Empty text={unexpected(t)} icon={<Title order={1}>{t('error.page')}</Title>}>
        <Text size="xs" c="dimmed">
          {error instanceof Error ? error.name : null}
        </Text>
        <Button onClick={() => window.location.reload()}>{t('error.reload')}</Button>
      </Empty>
    </div>
  )
}

export const PageWaiting = () => (
  <div style={{ padding: 24 }}>
    <Waiting />
  </div>
)
