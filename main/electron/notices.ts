import { Notification } from 'electron'
import type { Notice } from '../ports.ts'

export interface NoticeDeps {
  enabled(): boolean
  /** Brings the window to the page of the notice. */
  open(page: string): void
}

/** Desktop notifications, only where someone must act. A code that is already on screen is replaced, not stacked. */
export function createNotices(deps: NoticeDeps) {
  const shown = new Map<Notice['code'], Notification>()
  return {
    notify(notice: Notice): void {
      if (!deps.enabled() || !Notification.isSupported()) return
      shown.get(notice.code)?.close()
      const notification = new Notification({ title: notice.title, body: notice.body })
      notification.on('click', () => deps.open(notice.page))
      notification.on('close', () => {
        if (shown.get(notice.code) === notification) shown.delete(notice.code)
      })
      // Kept until closed: a notification that is collected as garbage loses its click.
      shown.set(notice.code, notification)
      notification.show()
    },
    dispose() {
      for (const notification of shown.values()) notification.close()
      shown.clear()
    },
  }
}
