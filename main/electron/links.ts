import type { Dialog, Shell } from 'electron'
import type { Texts } from './texts/en.ts'

export interface LinkDeps {
  shell: Pick<Shell, 'openExternal'>
  dialog: Pick<Dialog, 'showMessageBox'>
  /** Hosts that the user once chose to trust; a setting. */
  trustedHosts(): readonly string[]
  trustHost(host: string): void
  texts(): Pick<Texts, 'linkTitle' | 'linkDetail' | 'linkOpen' | 'linkAlways' | 'cancel'>
}

/**
 * The one place that opens a link. Only http and https, without credentials in the address; a host that was never opened is asked about,
 * and the dialog shows the address that will be opened, in ASCII, so that look-alike letters show.
 * @returns whether it was opened
 */
export function createLinks(deps: LinkDeps) {
  let asking = false
  return {
    async open(address: string): Promise<boolean> {
      if (!URL.canParse(address)) return false
      const url = new URL(address)
      if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '')
        return false
      const texts = deps.texts()
      if (!deps.trustedHosts().includes(url.host)) {
        // A page that asks again and again opens one dialog, not a hundred.
        if (asking) return false
        asking = true
        const { response } = await deps.dialog
          .showMessageBox({
            type: 'question',
            title: texts.linkTitle,
            message: texts.linkTitle,
            detail: texts.linkDetail(url.href),
            buttons: [texts.cancel, texts.linkOpen, texts.linkAlways],
            defaultId: 0,
            cancelId: 0,
            noLink: true,
          })
          .finally(() => {
            asking = false
          })
        if (response === 0) return false
        if (response === 2) deps.trustHost(url.host)
      }
      await deps.shell.openExternal(url.href)
      return true
    },
  }
}
export type Links = ReturnType<typeof createLinks>
