import { Button, Group, Modal, Stack } from '@mantine/core'
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'
import { useTranslation } from 'react-i18next'

export interface Question {
  title: string
  body: ReactNode
  /** A verb, with the number of what it concerns. */
  confirm: string
  /** Where nothing is destroyed the confirming button may stand in the accent colour. */
  harmless?: boolean
}
const ConfirmContext = createContext<(question: Question) => Promise<boolean>>(() => Promise.resolve(false))

/** Asks before something is destroyed; Cancel has the focus, and Enter presses it. */
export const useConfirm = () => useContext(ConfirmContext)

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<{ question: Question; answer: (yes: boolean) => void } | null>(null)
  const [open, setOpen] = useState(false)
  const ask = useCallback(
    (question: Question) =>
      new Promise<boolean>((answer) => {
        setAsked({ question, answer })
        setOpen(true)
      }),
    [],
  )
  const answer = (yes: boolean) => {
    setOpen(false)
    asked?.answer(yes)
  }
  return (
    <ConfirmContext value={ask}>
      {children}
      <Modal
        opened={open}
        onClose={() => answer(false)}
        title={asked?.question.title}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <Stack>
          <div>{asked?.question.body}</div>
          <Group justify="flex-end">
            <Button variant="default" data-autofocus onClick={() => answer(false)}>
              {t('action.cancel')}
            </Button>
            <Button color={asked?.question.harmless ? 'teal' : 'red.8'} onClick={() => answer(true)}>
              {asked?.question.confirm}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </ConfirmContext>
  )
}
