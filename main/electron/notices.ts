import { Notification } from 'electron'
import type { Notice } from '../ports.ts'
import type { Texts } from './texts/en.ts'

export interface NoticeDeps {
  enabled(): boolean
  /** Brings the window to the page of the notice. */
  open(page: string): void
  texts(): Texts
}

/** Desktop notifications, only where someone must act. A code that is already on screen is replaced, not stacked. */
export function createNotices(deps: NoticeDeps) {
  const shown = new Map<Notice['code'], Notification>()
  return {
    notify(notice: Notice): void {
      if (!deps.enabled() || !Notification.isSupported()) return
      shown.get(notice.code)?.close()
      const notification = new Notification(inWords(notice, deps.texts()))
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

/** Notices that say the same each time, in the user's language; the others carry sentences of their own. */
function inWords({ code, title, body, bot = '' }: Notice, texts: Texts): { title: string; body: string } {
  if (code === 'budget-chat') return { title: texts.budgetTitle, body: texts.budgetChat(bot) }
  if (code === 'budget-day') return { title: texts.budgetTitle, body: texts.budgetDay }
  if (code === 'bot-loop') return { title: texts.loopTitle, body: texts.loopBody(bot) }
  return { title, body }
}
