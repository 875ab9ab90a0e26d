import { existsSync } from 'node:fs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser that the tests drive: what CHROMIUM names, or the system's. */
export const chromiumPath = (): string | undefined => process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place))
