import { useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'

/** Whether the bots panel is unfolded: a habit of this machine, kept beside the page. Where it would hide the chat, it opens only when asked for. */
export function usePanel(): [boolean, (open: boolean) => void] {
  const narrow = useMediaQuery('(max-width: 1099px)', window.innerWidth < 1100, { getInitialValueInEffect: false })
  const [beside, setBeside] = useLocalStorage({
    key: 'whatslang-bots-panel',
    defaultValue: true,
    getInitialValueInEffect: false,
  })
  const [instead, setInstead] = useState(false)
  return narrow ? [instead, setInstead] : [beside, setBeside]
}

/** On a narrow window the chat and the list of chats take turns: then the chat's title is the page's. */
export const useAlone = (): boolean =>
  useMediaQuery('(max-width: 899px)', window.innerWidth < 900, { getInitialValueInEffect: false })
