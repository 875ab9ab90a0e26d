/** Which line a place in a buffer is on, while the buffer's beginning moves on through a text. Asked in order, it looks at each byte once. */
export function createLines() {
  let first = 1
  let known = { at: 0, line: 1 }
  function at(b: Buffer, place: number): number {
    let { at: p, line } = place < known.at ? { at: 0, line: first } : known
    for (p = b.indexOf(0x0a, p); p !== -1 && p < place; p = b.indexOf(0x0a, p + 1)) line++
    if (place > known.at) known = { at: place, line }
    return line
  }
  return {
    at,
    /** What stood before `place` leaves the buffer. */
    drop(b: Buffer, place: number): void {
      first = at(b, place)
      known = { at: 0, line: first }
    },
  }
}
