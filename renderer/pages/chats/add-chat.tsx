import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProgram } from '../../client/program.tsx'
import { explain } from '../../components/tell.tsx'
import { useReturnFocus } from '../../components/use-return-focus.ts'

export default function AddChat({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  useReturnFocus()
  const { api, queries } = useProgram()
  const navigate = useNavigate()
  const [phone, setPhone] = useState('')
  const [name, setName] = useState('')
  const add = useMutation(
    api.chats.add.mutationOptions({
      onSuccess: async (chat) => {
        await queries.invalidateQueries({ queryKey: api.chats.key() })
        onClose()
        await navigate({ to: '/chats/$jid', params: { jid: chat.jid } })
      },
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const where = phone.trim()
    add.mutate({
      ...(where.includes('@') ? { jid: where } : { phone: where }),
      ...(name.trim() ? { name: name.trim() } : {}),
    })
  }
  return (
    <Modal opened onClose={onClose} title={t('chats.new.title')} closeButtonProps={{ 'aria-label': t('action.close') }}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t('chats.new.text')}</Text>
          <TextInput
            label={t('chats.new.phone')}
            description={t('chats.new.phoneHint')}
            value={phone}
            onChange={(event) => setPhone(event.currentTarget.value)}
            error={add.error && explain(add.error, t)}
            data-autofocus
          />
          <TextInput
            label={t('chats.new.name')}
            value={name}
            maxLength={200}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={add.isPending} disabled={phone.trim().length < 6}>
              {t('chats.new.add')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
