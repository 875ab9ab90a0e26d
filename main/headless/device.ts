/** What a browser says of itself, as people know it. */
export interface Device {
  browser: string | null
  system: string | null
}

/** Edge, Opera and Samsung's browser also say Chrome, and Chrome also says Safari: the first that fits counts. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\bHeadlessChrome\//, 'Headless Chrome'],
  [/\b(?:Chrome|CriOS)\//, 'Chrome'],
  [/\bChromium\//, 'Chromium'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
]
const LOOKED_AT = 512
const MAX_NAME = 40

/** From a User-Agent, of which a caller can write anything: names of ours, or its first product as one short plain word. */
export function deviceOf(userAgent: string | undefined): Device {
  const text = (userAgent ?? '').slice(0, LOOKED_AT)
  const find = (known: typeof BROWSERS) => known.find(([pattern]) => pattern.test(text))?.[1] ?? null
  return { browser: find(BROWSERS) ?? firstProduct(text), system: find(SYSTEMS) }
}

/** `curl` of `curl/8.5.0`. Every browser calls itself Mozilla, which says nothing. */
function firstProduct(text: string): string | null {
  const name = /^[A-Za-z0-9][\w.-]*/.exec(text)?.[0].slice(0, MAX_NAME)
  return name === undefined || name === 'Mozilla' ? null : name
}

/** For scripts and logs; a page says it in its own language. */
export function deviceName({ browser, system }: Device): string {
  if (browser !== null && system !== null) return `${browser} on ${system}`
  return browser ?? system ?? 'Unknown device'
}
