/**
 * What an editor or a shell wrote: UTF-8 with or without a byte-order mark, or UTF-16 as PowerShell's `>` writes it. Undefined: it is no such text.
 */
export function decodeText(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined // bytes that are no text in that encoding
  }
}

function encodingOf(bytes: Buffer): string {
  const [first, second, third, fourth] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  // Without a mark: letters of ASCII have a zero beside them.
  if (bytes.length % 2 === 0 && second === 0 && fourth === 0 && first !== 0) return 'utf-16le'
  if (bytes.length % 2 === 0 && first === 0 && third === 0 && second !== 0) return 'utf-16be'
  return 'utf-8'
}
