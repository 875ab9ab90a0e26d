import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
} from 'react'
import { returnFocus } from './use-return-focus.ts'

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
  const opener = useRef<Element | null>(null)
  // The first question is asked before its dialog is loaded, which therefore does not know where the focus was.
  useEffect(() => {
    if (!open) returnFocus(opener.current)
  }, [open])
  const ask = useCallback(
    (question: Question) =>
      new Promise<boolean>((answer) => {
        opener.current = document.activeElement
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
