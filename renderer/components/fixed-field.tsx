import { IconLock } from '@tabler/icons-react'

/** For a field that is set elsewhere: it can be read, focused and copied, and neither looks nor acts as if it could be filled in. */
export const fixedField = (fixed: boolean) =>
  fixed
    ? { readOnly: true, 'data-fixed': true, rightSection: <IconLock size={16} aria-hidden />, rightSectionWidth: 36 }
    : {}
