import type { Finding } from '../../preload/contract/health.ts'

type Facts = Finding['facts']

/** All is as it should be; said all the same, so that a report shows what was looked at. */
export const fine = (code: string, title: string, facts: Facts = {}): Finding => ({
  code,
  level: 'ok',
  title,
  cause: null,
  way_out: null,
  repairable: false,
  facts,
})

export interface Trouble {
  code: string
  level: 'info' | 'warning' | 'error'
  title: string
  cause: string
  wayOut: string
  repairable?: boolean
  facts?: Facts
}

export const trouble = ({ code, level, title, cause, wayOut, repairable = false, facts = {} }: Trouble): Finding => ({
  code,
  level,
  title,
  cause,
  way_out: wayOut,
  repairable,
  facts,
})
