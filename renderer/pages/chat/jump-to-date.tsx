import { ActionIcon, Popover, Skeleton, Tooltip } from '@mantine/core'
import { IconCalendar } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTell } from '../../components/tell.tsx'

const Calendar = lazy(() => import('./calendar.tsx'))

/** The history from a day on. */
export function JumpToDate({ onPick }: { onPick: (from: number) => Promise<boolean> }) {
  const { t } = useTranslation()
  const tell = useTell()
  const [open, setOpen] = useState(false)
  const pick = async (day: number) => {
    setOpen(false)
    if (!(await onPick(day))) tell.done(t('chat.noneFrom'))
  }
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Tooltip label={t('chat.jump')} disabled={open}>
          <ActionIcon variant="subtle" aria-label={t('chat.jump')} onClick={() => setOpen(!open)}>
            <IconCalendar size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('chat.jump')}>
        <Suspense fallback={<Skeleton width={260} height={270} />}>
          {open && <Calendar onPick={(day) => void pick(day)} />}
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  )
}
