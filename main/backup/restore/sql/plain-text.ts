/** Takes the byte-order mark away; PowerShell's `>` writes dumps as UTF-16, which become UTF-8 here. */
export async function* plainText(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first: Uint8Array | undefined = new Uint8Array()
  let decoder: TextDecoder | undefined
  for await (const chunk of source) {
    let data: Uint8Array = chunk
    if (first !== undefined) {
      data = first.length === 0 ? chunk : Buffer.concat([first, chunk])
      if (data.length < 3) {
        first = data
        continue
      }
      first = undefined
      if (data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf) data = data.subarray(3)
      else if (data[0] === 0xff && data[1] === 0xfe) decoder = new TextDecoder('utf-16le')
      else if (data[0] === 0xfe && data[1] === 0xff) decoder = new TextDecoder('utf-16be')
    }
    if (data.length > 0) yield decoder === undefined ? data : Buffer.from(decoder.decode(data, { stream: true }))
  }
  if (first !== undefined && first.length > 0) yield first
}
