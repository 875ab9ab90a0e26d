import type { Session } from '../../../preload/contract/session.ts'

/** Whether an account is linked, be it reachable or not. While a code is shown none is, though an old one may still be named. */
export const isLinked = (session: Session | undefined): boolean =>
  session?.me !== undefined && session.state !== 'unlinked' && session.state !== 'pairing'
