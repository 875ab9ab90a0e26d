import { useLocalStorage } from '@mantine/hooks'

/** Whether the bots panel is unfolded: a habit of this machine, kept beside the page. */
export const usePanel = () =>
  useLocalStorage({
    key: 'whatslang-bots-panel',
    defaultValue: window.innerWidth >= 1100,
    getInitialValueInEffect: false,
  })
