import { Button, Group, Modal, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Question } from './confirm.tsx'

interface Props {
  question: Question
  opened: boolean
  onAnswer: (yes: boolean) => void
}

export default function ConfirmDialog({ question, opened, onAnswer }: Props) {
  const { t } = useTranslation()
  return (
    <Modal
      opened={opened}
      onClose={() => onAnswer(false)}
      title={question.title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        <div>{question.body}</div>
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={() => onAnswer(false)}>
            {t('action.cancel')}
          </Button>
          <Button color={question.harmless ? 'teal' : 'red.8'} onClick={() => onAnswer(true)}>
            {question.confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
