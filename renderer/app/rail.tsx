import { Tooltip } from '@mantine/core'
import {
  IconActivity,
  IconArchive,
  IconHeartbeat,
  IconLayoutDashboard,
  IconMessages,
  IconRobot,
  IconSettings,
} from '@tabler/icons-react'
import { Link, useRouterState } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ConnectionMark } from './connection-mark.tsx'
import classes from './rail.module.css'

export const PAGES = [
  { key: 'overview', to: '/', icon: IconLayoutDashboard, letter: 'o' },
  { key: 'chats', to: '/chats', icon: IconMessages, letter: 'c' },
  { key: 'bots', to: '/bots', icon: IconRobot, letter: 'b' },
  { key: 'activity', to: '/activity', icon: IconActivity, letter: 'a' },
  { key: 'backups', to: '/backups', icon: IconArchive, letter: 'u' },
  { key: 'health', to: '/health', icon: IconHeartbeat, letter: 'h' },
  { key: 'settings', to: '/settings', icon: IconSettings, letter: 's' },
] as const

/** The way between pages; at its top, in a word and not by colour alone, how your WhatsApp is. */
export function Rail() {
  const { t } = useTranslation()
  // A restore is a part of the backups, at an address of its own.
  const restoring = useRouterState({ select: ({ location }) => location.pathname.startsWith('/restore') })
  return (
    <nav className={classes.rail} aria-label={t('nav.label')}>
      <ConnectionMark />
      {PAGES.map(({ key, to, icon: Icon }) => (
        <Tooltip key={key} label={t(`nav.${key}`)} position="right">
          <Link
            to={to}
            className={classes.item}
            aria-label={t(`nav.${key}`)}
            data-foot={key === 'settings' || undefined}
            activeOptions={{ exact: to === '/', includeSearch: false }}
            activeProps={{ 'data-active': true }}
            {...(key === 'backups' && restoring ? { 'data-active': true } : {})}
          >
            <Icon size={22} stroke={1.6} aria-hidden />
          </Link>
        </Tooltip>
      ))}
    </nav>
  )
}
