/** The mark: a speech bubble cut by a diagonal, one half solid, one half lines: a sentence and its translation. On a grid of 64. */
const BUBBLE =
  'M16 8h32a8 8 0 0 1 8 8v22a8 8 0 0 1-8 8H30L18 57.5c-1.3 1.2-3.4.3-3.4-1.5V46A8 8 0 0 1 8 38V16a8 8 0 0 1 8-8z'

export type Look = 'connected' | 'connecting' | 'attention' | 'paused'

/** @param ink colour of the mark; @param lines width of the lines, thicker where the icon is small */
function mark(ink: string, paper: string | null, lines: number): string {
  const clip = `<clipPath id="b"><path d="${BUBBLE}"/></clipPath>`
  const inset = lines * 0.9
  return `<defs>${clip}<clipPath id="solid"><path d="M0 0H50L12 64H0z"/></clipPath><clipPath id="open"><path d="M${54 - inset / 4} 0H64V64H${16 - inset / 4}z"/></clipPath></defs>
${paper ? `<path d="${BUBBLE}" fill="${paper}"/>` : ''}
<g clip-path="url(#b)"><rect width="64" height="64" fill="${ink}" clip-path="url(#solid)"/>
<g clip-path="url(#open)" fill="none" stroke="${ink}" stroke-width="${lines}"><path d="M20 ${20}H64M20 ${29.5}H64M20 ${39}H64" stroke-linecap="butt"/></g></g>
<path d="${BUBBLE}" fill="none" stroke="${ink}" stroke-width="${lines}" stroke-linejoin="round"/>`
}

/** State is a small mark at the lower right, cut out of the bubble so that it reads in one colour. */
function stateMark(look: Look, ink: string): string {
  switch (look) {
    case 'connected':
      return `<circle cx="51" cy="51" r="8.5" fill="${ink}"/>`
    case 'connecting':
      return `<circle cx="51" cy="51" r="7" fill="none" stroke="${ink}" stroke-width="4.5"/>`
    case 'paused':
      return `<path d="M44 42.5h5.2v17H44zM53 42.5h5.2v17H53z" fill="${ink}"/>`
    case 'attention':
      return `<path d="M51 40 62 60H40z" fill="${ink}" stroke="${ink}" stroke-width="2" stroke-linejoin="round"/>`
  }
}

const svg = (size: number, body: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 64 64">${body}</svg>`

/** The program's icon: the mark in white on a deep teal tile. */
export function appIcon(size: number): string {
  // Small sizes need thicker lines and less margin to stay legible.
  const small = size <= 32
  const lines = small ? 5 : 3
  const scale = small ? 0.84 : 0.72
  const inset = (64 * (1 - scale)) / 2
  return svg(
    size,
    `<rect width="64" height="64" rx="14" fill="#0f766e"/><g transform="translate(${inset} ${inset}) scale(${scale})">${mark('#ffffff', null, lines)}</g>`,
  )
}

/** A tray icon in one colour on nothing. */
export function trayIcon(size: number, look: Look, ink: string): string {
  const hole = `<mask id="m"><rect width="64" height="64" fill="#fff"/><circle cx="51" cy="51" r="14.5" fill="#000"/></mask>`
  return svg(size, `${hole}<g mask="url(#m)">${mark(ink, null, 5)}</g>${stateMark(look, ink)}`)
}
