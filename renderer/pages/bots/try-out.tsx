import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { ORPCError } from '@orpc/client'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot } from '../../../preload/contract/bots.ts'
import { useApi } from '../../client/program.tsx'
import { Section } from '../../components/page.tsx'
import { explain } from '../../components/tell.tsx'
import { TextBlock } from '../../components/text-block.tsx'
import { useFormat } from '../../i18n/format.ts'

/** True where the way out is in Settings. */
function isOfModel(error: unknown): boolean {
  const data: unknown = error instanceof ORPCError ? error.data : null
  return typeof data === 'object' && data !== null && String(Reflect.get(data, 'what')).startsWith('model-')
}

export function TryOut({ bot }: { bot: Bot }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [text, setText] = useState('')
  const ask = useMutation(useApi().bots.tryOut.mutationOptions())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask.mutate({ bot: bot.name, text: text.trim() })
  }
  return (
    <Section title={t('bots.try')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Textarea
            label={t('bots.tryInput')}
            description={t('bots.tryText')}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={8000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group>
            <Button type="submit" variant="default" loading={ask.isPending} disabled={!text.trim()}>
              {t('bots.tryDo')}
            </Button>
          </Group>
          <div role="status">
            {ask.data &&
              (ask.data.answer === null ? (
                <Text>{t('bots.tryNothing')}</Text>
              ) : (
                <>
                  <Text size="sm" c="dimmed">
                    {t('bots.tryAnswer', { time: format.duration(ask.data.milliseconds) })}
                  </Text>
                  <TextBlock text={ask.data.answer} />
                </>
              ))}
            {ask.error && (
              <Alert color="red" icon={<IconAlertTriangle size={18} aria-hidden />}>
                {explain(ask.error, t)}
                {isOfModel(ask.error) && (
                  <Group mt={8}>
                    <Button
                      size="compact-sm"
                      variant="default"
                      renderRoot={(props) => <Link to="/settings" {...props} />}
                    >
                      {t('overview.toSettings')}
                    </Button>
                  </Group>
                )}
              </Alert>
            )}
          </div>
        </Stack>
      </form>
    </Section>
  )
}
