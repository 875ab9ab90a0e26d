import { ORPCError } from '@orpc/client'
import i18next from 'i18next'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { startLanguage } from '../i18n/index.ts'
import { explain } from './tell.tsx'

beforeAll(() => startLanguage('en'))
afterEach(() => window.history.replaceState(null, '', '#/'))

test('what nobody expected leads to the log in Health, and on that page to no other place', () => {
  const said = (address: string) => {
    window.history.replaceState(null, '', address)
    return explain(new ORPCError('INTERNAL_SERVER_ERROR'), i18next.t)
  }
  for (const page of ['#/', '#/settings', '#/healthy']) expect(said(page)).toContain('in Health')
  for (const page of ['#/health', '#/health?x=1']) expect(said(page)).not.toContain('Health')
})
