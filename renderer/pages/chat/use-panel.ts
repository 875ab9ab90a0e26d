import { useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'

interface Panel {
  panel: boolean
  setPanel: (open: boolean) => void
  /** It was folded by the window and not by a person: hidden, with what is open in it, until there is room again or somebody asks for it. */
  kept: boolean
}

/** Whether the bots panel is unfolded: a habit of this machine, kept beside the page. Where it would hide the chat, it opens only when asked for. */
export function usePanel(): Panel {
  const narrow = useMediaQuery('(max-width: 1099px)', window.innerWidth < 1100, { getInitialValueInEffect: false })
  const [beside, setBeside] = useLocalStorage({
    key: 'whatslang-bots-panel',
    defaultValue: true,
    getInitialValueInEffect: false,
  })
  const [instead, setInstead] = useState(false)
  const [wide, setWide] = useState(!narrow)
  if (!narrow && !wide) setWide(true)
  return narrow
    ? { panel: instead, setPanel: setInstead, kept: instead || (wide && beside) }
    : { panel: beside, setPanel: setBeside, kept: beside || instead }
}

/** On a narrow window the chat and the list of chats take turns: then the chat's title is the page's. */
export const useAlone = (): boolean =>
  useMediaQuery('(max-width: 899px)', window.innerWidth < 900, { getInitialValueInEffect: false })
