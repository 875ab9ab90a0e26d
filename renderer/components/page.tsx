import { Button, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './page.module.css'
import { explain, unexpected } from './tell.tsx'

/** A scrolling page with its title and, at the right, what can be done on it. */
export function Page({
  title,
  actions,
  wide,
  children,
}: {
  title: string
  actions?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  useTitle(title)
  return (
    <div className={classes.scroll}>
      <div className={classes.page} data-wide={wide || undefined}>
        <header className={classes.header}>
          <Title order={1}>{title}</Title>
          <div className={classes.actions}>{actions}</div>
        </header>
        {children}
      </div>
    </div>
  )
}

export function useTitle(title: string) {
  const { t } = useTranslation()
  useEffect(() => {
    document.title = `${title} · ${t('app')}`
  }, [title, t])
}

export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <div className={classes.sectionHead}>
        <Title order={2}>{title}</Title>
        {aside}
      </div>
      {children}
    </section>
  )
}

/** An empty place says in one sentence what will stand there, and has the one button that gets it there. */
export function Empty({ text, icon, children }: { text: string; icon?: ReactNode; children?: ReactNode }) {
  return (
    <div className={classes.empty}>
      {icon}
      <Text c="dimmed" maw="48ch">
        {text}
      </Text>
      {children}
    </div>
  )
}

/** What failed is always the loading of what should stand here: there is nothing that it could have changed. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation()
  const said = explain(error, t)
  return (
    <div className={classes.empty} role="alert">
      <IconAlertTriangle size={28} className={classes.bad} aria-hidden />
      <Text maw="56ch" style={{ textWrap: 'balance' }}>
        {said === unexpected(t)
          ? t(said === t('error.unexpectedHere') ? 'error.notLoadedHere' : 'error.notLoaded')
          : said}
      </Text>
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          {t('action.retry')}
        </Button>
      )}
    </div>
  )
}

export function Waiting({ rows = 5, height = 40 }: { rows?: number; height?: number }) {
  const { t } = useTranslation()
  return (
    <Stack gap={8} pos="relative">
      <VisuallyHidden>{t('waiting')}</VisuallyHidden>
      {Array.from({ length: rows }, (_, index) => `row-${index}`).map((key) => (
        <Skeleton key={key} height={height} radius="md" aria-hidden />
      ))}
    </Stack>
  )
}
