import { expect, test } from 'vitest'
import { StoreError } from '../store/errors.ts'
import { awaitDisk } from './missing-disk.ts'

/** A person who clicks these buttons, one after the other. `there`: how many looks find no disk. */
async function ask(clicks: number[], away: number, locale = 'en') {
  const asked: { message: string; detail?: string; defaultId?: number; cancelId?: number }[] = []
  let looks = 0
  const going = await awaitDisk({
    locale,
    dialog: {
      showMessageBox: ((options: (typeof asked)[number]) => {
        asked.push(options)
        return Promise.resolve({ response: clicks[asked.length - 1] ?? 2, checkboxChecked: false })
      }) as never,
    },
    require() {
      if (looks++ < away) throw new StoreError('not-found', '/mnt/wl', 'The disk is not there.')
    },
  })
  return { going, asked }
}

test('nothing is asked where the disk is there; else it is looked for again, begun anew by a click, or left', async () => {
  expect(await ask([], 0)).toEqual({ going: true, asked: [] })
  const again = await ask([0, 0], 2)
  expect(again.going).toBe(true)
  expect(again.asked).toHaveLength(2)
  // The default does no harm, and Escape quits.
  expect(again.asked[0]).toMatchObject({ defaultId: 0, cancelId: 2, detail: expect.stringContaining('/mnt/wl') })
  expect((await ask([1], 9)).going).toBe(true)
  expect((await ask([2], 9)).going).toBe(false)
  expect((await ask([2], 9, 'pt-BR')).asked[0]?.message).toContain('disco')
})

test('another trouble is no missing disk', async () => {
  const trouble = new Error('of another kind')
  await expect(
    awaitDisk({
      locale: 'en',
      dialog: { showMessageBox: () => Promise.reject(new Error('not asked')) },
      require() {
        throw trouble
      },
    }),
  ).rejects.toBe(trouble)
})
