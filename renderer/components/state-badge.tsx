import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleMinus,
  IconCircleX,
  IconPlayerPause,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './state-badge.module.css'

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle' | 'paused'
const ICONS = {
  good: IconCircleCheck,
  busy: IconCircleDashed,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  idle: IconCircleMinus,
  paused: IconPlayerPause,
}

/** A state: always an icon and a word beside its colour. */
export function StateBadge({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = ICONS[tone]
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={14} aria-hidden />
      {children}
    </span>
  )
}
