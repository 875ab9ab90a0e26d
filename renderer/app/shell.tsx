import { Outlet, useRouter } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChangeEvent } from '../../preload/contract/host.ts'
import { useLive } from '../client/program.tsx'
import { Announcer } from './announcer.tsx'
import { Banners } from './banners.tsx'
import { DropTarget } from './drop-target.tsx'
import { FirstRun } from './first-run.tsx'
import { Preferences } from './preferences.tsx'
import { Rail } from './rail.tsx'
import classes from './shell.module.css'
import { Shortcuts } from './shortcuts.tsx'
import { StatusBar } from './status-bar.tsx'

const Palette = lazy(() => import('./palette.tsx'))

/** What stands around every page. */
export function Shell() {
  const { t } = useTranslation()
  const main = useRef<HTMLElement>(null)
  const router = useRouter()
  useLive(
    useCallback(
      (event: ChangeEvent) => {
        if (event.type === 'navigate') router.history.push(`/${event.page.replace(/^[/#]+/, '')}`)
      },
      [router],
    ),
  )
  return (
    <div className={classes.shell}>
      <button type="button" className={classes.skip} onClick={() => main.current?.focus()}>
        {t('skip')}
      </button>
      <Rail />
      <main ref={main} className={classes.main} tabIndex={-1} id="page">
        <Banners />
        <div className={classes.page}>
          <Outlet />
        </div>
      </main>
      <StatusBar />
      <Preferences />
      <FirstRun />
      <Shortcuts />
      <Announcer />
      <DropTarget />
      <Suspense>
        <Palette />
      </Suspense>
    </div>
  )
}
