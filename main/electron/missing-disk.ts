import type { Dialog } from 'electron'
import { StoreError } from '../store/errors.ts'
import { missingDiskTexts } from './texts/missing-disk.ts'

export interface MissingDiskDeps {
  dialog: Pick<Dialog, 'showMessageBox'>
  locale: string
  /** @throws StoreError where the disk of the data is not there */
  require(): void
}

/** Before anything is made. False: the user quits. */
export async function awaitDisk({ dialog, locale, require }: MissingDiskDeps): Promise<boolean> {
  const words = missingDiskTexts(locale)
  for (;;) {
    try {
      require()
      return true
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      const { response } = await dialog.showMessageBox({
        type: 'error',
        message: words.title,
        detail: words.detail(error.path),
        buttons: [words.again, words.startNew, words.quit],
        defaultId: 0,
        cancelId: 2,
        noLink: true,
      })
      if (response !== 0) return response === 1
    }
  }
}
