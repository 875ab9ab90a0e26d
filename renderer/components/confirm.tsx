import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useState } from 'react'

const ConfirmDialog = lazy(() => import('./confirm-dialog.tsx'))

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
      <Suspense>{asked && <ConfirmDialog question={asked.question} opened={open} onAnswer={answer} />}</Suspense>
    </ConfirmContext>
  )
}
