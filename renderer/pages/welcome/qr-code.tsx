import { create } from 'qrcode'
import { useMemo } from 'react'

/** A raw string as squares. Always dark on white: many cameras do not read the opposite. */
export default function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const { modules } = create(text, { errorCorrectionLevel: 'L' })
    let drawn = ''
    for (let row = 0; row < modules.size; row++)
      for (let column = 0; column < modules.size; column++)
        if (modules.get(row, column)) drawn += `M${column} ${row}h1v1h-1z`
    return { size: modules.size, path: drawn }
  }, [text])
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`-4 -4 ${size + 8} ${size + 8}`}
      width={264}
      height={264}
      shapeRendering="crispEdges"
      data-testid="qr"
      data-qr={text}
    >
      <rect x={-4} y={-4} width={size + 8} height={size + 8} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
