import { Button, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconLock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import { Empty, Failed, Page, Waiting } from '../../components/page.tsx'
import { oneLine } from '../../components/plain-text.ts'
import { useAction } from '../../components/use-action.ts'
import { FileSecret, needsSecret, type Secret } from './file-secret.tsx'
import { PreviewFacts, PreviewNotes } from './preview-facts.tsx'
import { PreviewTables } from './preview-tables.tsx'
import { EVERYTHING, optionsOf, RestoreChoice } from './restore-choice.tsx'
import { RestoreConfirmation } from './restore-confirmation.tsx'
import { Restored } from './restored.tsx'

/** The one way back: what is in the file, what would change, and only then the button that does it. */
export function RestorePage() {
  const { t } = useTranslation()
  const { upload, name } = useSearch({ from: '/restore' })
  const [choice, setChoice] = useState(EVERYTHING)
  const [secret, setSecret] = useState<Secret>({})
  // Several ticks in a row are one question.
  const [asked] = useDebouncedValue(choice, 300)
  const settling = asked !== choice
  const options = optionsOf(choice)
  const preview = useQuery(
    useApi().restore.preview.queryOptions({
      input: { upload, switch_on: false, ...(optionsOf(asked) ?? { mode: asked.mode }), ...secret },
      enabled: upload !== '',
      gcTime: 0,
      placeholderData: (old) => old,
    }),
  )
  const apply = useAction(useApi().restore.apply.mutationOptions())
  const data = preview.data
  const given = Object.keys(secret).length > 0
  // That a file is locked is no failure: it is a question, which stands while an answer is tried.
  const locked = !data && (needsSecret(preview.error) || (given && preview.isPending))
  if (apply.data)
    return (
      <Page title={t('backups.restorePage.title')}>
        <Restored result={apply.data} />
      </Page>
    )
  return (
    <Page title={t('backups.restorePage.title')} wide>
      {upload === '' && (
        <Empty text={t('backups.restorePage.gone')}>
          <Button variant="default" renderRoot={(props) => <Link to="/backups" {...props} />}>
            {t('backups.restorePage.goneChoose')}
          </Button>
        </Empty>
      )}
      {locked && (
        <Empty
          icon={
            <>
              <IconLock size={28} aria-hidden />
              <Title order={2}>{t('backups.restorePage.locked')}</Title>
            </>
          }
          text={t('backups.restorePage.lockedText', { name: oneLine(name, 120) })}
        >
          <FileSecret waiting={preview.isFetching} error={given ? preview.error : null} onOpen={setSecret} />
        </Empty>
      )}
      {preview.isPending && upload !== '' && !locked && (
        <div role="status">
          <Text mb="md">{t('backups.restorePage.looking')}</Text>
          <Waiting rows={6} />
        </div>
      )}
      {preview.error && !data && !locked && <Failed error={preview.error} onRetry={() => void preview.refetch()} />}
      {data && (
        <>
          <PreviewFacts preview={data} name={name || data.file_name} />
          <RestoreChoice upload={upload} choice={choice} onChange={setChoice} />
          {options && (
            <>
              <PreviewTables preview={data} />
              <PreviewNotes preview={data} />
            </>
          )}
          <RestoreConfirmation
            preview={data}
            choice={choice}
            name={name || data.file_name}
            waiting={apply.isPending || (options !== undefined && (settling || preview.isPlaceholderData))}
            disabled={options === undefined}
            onApply={(more) => options && apply.mutate({ upload, ...options, ...more, ...secret })}
          />
        </>
      )}
    </Page>
  )
}
