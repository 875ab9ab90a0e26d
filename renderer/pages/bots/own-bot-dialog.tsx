import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot } from '../../../preload/contract/bots.ts'
import { useProgram } from '../../client/program.tsx'
import { fixedField } from '../../components/fixed-field.tsx'
import { explain, useTell } from '../../components/tell.tsx'
import { useReturnFocus } from '../../components/use-return-focus.ts'

const nameFrom = (label: string) =>
  label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 41)

/** A bot in its user's own words, new or changed. */
export default function OwnBotDialog({ bot, onClose }: { bot?: Bot; onClose: () => void }) {
  const { t } = useTranslation()
  useReturnFocus()
  const { api, queries } = useProgram()
  const navigate = useNavigate()
  const tell = useTell()
  const [label, setLabel] = useState(bot?.label ?? '')
  const [typedName, setName] = useState<string | null>(bot?.name ?? null)
  const [prefix, setPrefix] = useState(bot?.prefix ?? '')
  const [description, setDescription] = useState(bot?.description ?? '')
  const [prompt, setPrompt] = useState(bot?.system_prompt ?? '')
  const name = typedName ?? nameFrom(label)
  const save = useMutation(
    api.bots.save.mutationOptions({
      onSuccess: async (saved) => {
        await queries.invalidateQueries({ queryKey: api.bots.key() })
        tell.done(t('bots.saved', { bot: saved.label }))
        onClose()
        if (!bot) await navigate({ to: '/bots/$bot', params: { bot: saved.name } })
      },
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({
      name,
      label: label.trim(),
      prefix: prefix.trim(),
      description: description.trim(),
      system_prompt: prompt.trim(),
    })
  }
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={bot ? t('bots.editTitle', { bot: bot.label }) : t('bots.newTitle')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('bots.label')}
            value={label}
            maxLength={60}
            onChange={(event) => setLabel(event.currentTarget.value)}
            data-autofocus
          />
          <Group grow align="flex-start">
            <TextInput
              label={t('bots.id')}
              description={t('bots.idHint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              {...fixedField(bot !== undefined)}
            />
            <TextInput
              label={t('bots.prefixField')}
              description={t('bots.prefixHint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={prefix}
              maxLength={16}
              onChange={(event) => setPrefix(event.currentTarget.value)}
            />
          </Group>
          <TextInput
            label={t('bots.description')}
            value={description}
            maxLength={300}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Textarea
            label={t('bots.promptField')}
            description={t('bots.promptHint')}
            autosize
            minRows={5}
            maxRows={14}
            maxLength={8000}
            value={prompt}
            onChange={(event) => setPrompt(event.currentTarget.value)}
          />
          {save.error && (
            <Text c="var(--mantine-color-error)" size="sm" role="alert">
              {explain(save.error, t)}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button
              type="submit"
              loading={save.isPending}
              disabled={!name || !label.trim() || !prefix.trim() || !prompt.trim()}
            >
              {t(bot ? 'action.save' : 'bots.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
