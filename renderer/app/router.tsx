import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { type ChatSearch, readActivitySearch, readChatSearch, readFilter, readRestoreSearch } from './addresses.ts'
import { NotFound, PageFailed, PageWaiting } from './outcomes.tsx'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: PageFailed })
const child = <const Path extends string>(path: Path) => ({ getParentRoute: () => root, path }) as const

const overview = createRoute({
  ...child('/'),
  component: lazyRouteComponent(() => import('../pages/overview/overview-page.tsx'), 'OverviewPage'),
})
const welcome = createRoute({
  ...child('/welcome'),
  component: lazyRouteComponent(() => import('../pages/welcome/welcome-page.tsx'), 'WelcomePage'),
})
const chats = createRoute({
  ...child('/chats'),
  validateSearch: readFilter,
  component: lazyRouteComponent(() => import('../pages/chats/chats-page.tsx'), 'ChatsPage'),
})
const chat = createRoute({
  getParentRoute: () => chats,
  path: '$jid',
  validateSearch: (search: Record<string, unknown>): ChatSearch => readChatSearch(search),
  component: lazyRouteComponent(() => import('../pages/chat/chat-page.tsx'), 'ChatPage'),
})
const bots = createRoute({
  ...child('/bots'),
  component: lazyRouteComponent(() => import('../pages/bots/bots-page.tsx'), 'BotsPage'),
})
const bot = createRoute({
  ...child('/bots/$bot'),
  component: lazyRouteComponent(() => import('../pages/bots/bot-page.tsx'), 'BotPage'),
})
const activity = createRoute({
  ...child('/activity'),
  validateSearch: readActivitySearch,
  component: lazyRouteComponent(() => import('../pages/activity/activity-page.tsx'), 'ActivityPage'),
})
const backups = createRoute({
  ...child('/backups'),
  component: lazyRouteComponent(() => import('../pages/backups/backups-page.tsx'), 'BackupsPage'),
})
const restore = createRoute({
  ...child('/restore'),
  validateSearch: readRestoreSearch,
  component: lazyRouteComponent(() => import('../pages/backups/restore-page.tsx'), 'RestorePage'),
})
const health = createRoute({
  ...child('/health'),
  component: lazyRouteComponent(() => import('../pages/health/health-page.tsx'), 'HealthPage'),
})
const settings = createRoute({
  ...child('/settings'),
  component: lazyRouteComponent(() => import('../pages/settings/settings-page.tsx'), 'SettingsPage'),
})

const tree = root.addChildren([
  overview,
  welcome,
  chats.addChildren([chat]),
  bots,
  bot,
  activity,
  backups,
  restore,
  health,
  settings,
])

/** Addresses stand behind the #: they are bookmarks in both hosts, and no phone number in them ever reaches a server or its log. */
export const createPages = () =>
  createRouter({
    routeTree: tree,
    history: createHashHistory(),
    defaultPreload: 'intent',
    defaultPendingMs: 150,
    defaultPendingComponent: PageWaiting,
    defaultErrorComponent: PageFailed,
    defaultNotFoundComponent: NotFound,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPages>
  }
}
