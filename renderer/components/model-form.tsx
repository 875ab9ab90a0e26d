import {
  Alert,
  Anchor,
  Autocomplete,
  Button,
  Group,
  PasswordInput,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../preload/contract/settings.ts'
import { useApi, useProgram } from '../client/program.tsx'
import { useFormat } from '../i18n/format.ts'
import { tellFailure } from '../i18n/told.ts'
import { fixedField } from './fixed-field.tsx'
import { Waiting } from './page.tsx'
import { explain, useTell } from './tell.tsx'
import { useSource } from './use-source.ts'

const PROVIDERS = {
  openai: 'https://api.openai.com/v1',
  ollama: 'http://127.0.0.1:11434/v1',
  lmstudio: 'http://127.0.0.1:1234/v1',
}
const providerOf = (url: string) =>
  (Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[]).find((name) => PROVIDERS[name] === url) ?? 'other'

/** Which model answers, with a test that asks it something before anything is saved. */
export function ModelForm() {
  const api = useApi()
  const stored = useQuery(api.settings.get.queryOptions()).data
  const status = useQuery(api.settings.model.queryOptions()).data
  if (!stored) return <Waiting rows={3} />
  return (
    <Form model={stored.settings.model} hasKey={stored.secrets.model_api_key} keyOrigin={status?.key_origin ?? null} />
  )
}

const originOf = (url: string) => (URL.canParse(url) ? new URL(url).origin : url)

function Form(props: { model: Settings['model']; hasKey: boolean; keyOrigin: string | null }) {
  const { model, hasKey, keyOrigin } = props
  const { t } = useTranslation()
  const format = useFormat()
  const { api, client } = useProgram()
  const tell = useTell()
  const source = useSource()
  const [url, setUrl] = useState(model.base_url)
  const [name, setName] = useState(model.name)
  const [key, setKey] = useState('')
  const [provider, setProvider] = useState<string>(providerOf(model.base_url))
  // A file of settings may bring another address and name while the form is open.
  useEffect(() => {
    setUrl(model.base_url)
    setProvider(providerOf(model.base_url))
  }, [model.base_url])
  useEffect(() => setName(model.name), [model.name])
  const test = useMutation(api.settings.testModel.mutationOptions())
  const save = useMutation({
    mutationFn: async () => {
      // The address first: a key is kept for the address in force.
      await client.settings.update({ model: { base_url: url.trim(), name: name.trim() } })
      if (key) await client.settings.setSecret({ name: 'model_api_key', value: key, base_url: url.trim() })
    },
    networkMode: 'always',
    onSuccess: () => {
      setKey('')
      tell.done(t('model.saved'))
    },
  })
  const forget = useMutation(api.settings.setSecret.mutationOptions({ onError: tell.failure }))
  const choose = (chosen: string | null) => {
    if (!chosen) return
    setProvider(chosen)
    test.reset()
    if (chosen in PROVIDERS) setUrl(PROVIDERS[chosen as keyof typeof PROVIDERS])
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  const local = provider === 'ollama' || provider === 'lmstudio'
  const elsewhere = keyOrigin !== null && keyOrigin !== originOf(model.base_url) ? keyOrigin : null
  const keyNote = () => {
    if (keyOrigin !== null && keyOrigin !== originOf(url.trim())) return t('model.keyFor', { origin: keyOrigin })
    return hasKey ? t('model.keySet') : local ? t('model.keyNone') : t('model.keyHint')
  }
  const urlSource = source('model.base_url')
  const nameSource = source('model.name')
  return (
    <form onSubmit={submit}>
      <Stack maw={520}>
        {elsewhere !== null && (
          <Alert color="orange" icon={<IconAlertTriangle size={18} aria-hidden />}>
            {t('model.keyElsewhere', { origin: elsewhere, address: originOf(model.base_url) })}
          </Alert>
        )}
        <Select
          label={t('model.provider')}
          description={urlSource.note}
          data={(['openai', 'ollama', 'lmstudio', 'other'] as const).map((value) => ({
            value,
            label: t(`model.${value}`),
          }))}
          value={provider}
          onChange={choose}
          {...fixedField(urlSource.fixed)}
        />
        {(provider === 'other' || urlSource.fixed) && (
          <TextInput
            type="url"
            label={t('model.url')}
            description={urlSource.note ?? t('model.urlHint')}
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            {...fixedField(urlSource.fixed)}
          />
        )}
        <Autocomplete
          label={t('model.name')}
          description={nameSource.note ?? t('model.nameHint')}
          data={test.data?.models ?? []}
          value={name}
          onChange={setName}
          maxLength={200}
          {...fixedField(nameSource.fixed)}
        />
        <PasswordInput
          label={t('model.key')}
          description={keyNote()}
          value={key}
          autoComplete="off"
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        {hasKey && (
          <Anchor
            component="button"
            type="button"
            size="sm"
            w="fit-content"
            onClick={() => forget.mutate({ name: 'model_api_key', value: null })}
          >
            {t('model.keyRemove')}
          </Anchor>
        )}
        <Text size="sm" c="dimmed">
          {t('model.privacy')}
        </Text>
        <Group>
          <Button
            variant="default"
            loading={test.isPending}
            onClick={() => test.mutate({ base_url: url.trim(), name: name.trim(), ...(key ? { api_key: key } : {}) })}
          >
            {t('model.test')}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!url.trim() || !name.trim()}>
            {t('action.save')}
          </Button>
        </Group>
        <div role="status">
          {test.data && (
            <Alert
              color={test.data.ok ? 'teal' : 'red'}
              icon={
                test.data.ok ? <IconCircleCheck size={18} aria-hidden /> : <IconAlertTriangle size={18} aria-hidden />
              }
            >
              {test.data.ok
                ? t('model.works', { time: format.duration(test.data.milliseconds) })
                : t('model.fails', { message: tellFailure(test.data.message, test.data.code) })}
            </Alert>
          )}
          {(test.error ?? save.error) && <Alert color="red">{explain(test.error ?? save.error, t)}</Alert>}
        </div>
      </Stack>
    </form>
  )
}
