/** The buffer ends before it is known. */
export const INCOMPLETE = -1
/** It cannot be read. */
export const BAD = -2

// SQLite's own classes of bytes (aiClass in its tokenizer). A vertical tab is no white space, and every byte beyond ASCII belongs to a word.
const SPACE = 1
const DIGIT = 2
const HEX = 4
const WORD = 8
const CLASS = new Uint8Array(256)
for (const c of [0x20, 0x09, 0x0a, 0x0c, 0x0d]) CLASS[c] = SPACE
for (let c = 0x30; c <= 0x39; c++) CLASS[c] = DIGIT | HEX | WORD
for (let c = 0x41; c <= 0x5a; c++) CLASS[c] = CLASS[c + 32] = c <= 0x46 ? HEX | WORD : WORD
CLASS[0x5f] = CLASS[0x24] = WORD
for (let c = 0x80; c <= 0xff; c++) CLASS[c] = WORD

const is = (byte: number | undefined, kind: number): boolean => ((CLASS[byte ?? 0] ?? 0) & kind) !== 0
export const isSpace = (byte: number | undefined): boolean => is(byte, SPACE)
export const isDigit = (byte: number | undefined): boolean => is(byte, DIGIT)
export const isHex = (byte: number | undefined): boolean => is(byte, HEX)
export const isWordByte = (byte: number | undefined): boolean => is(byte, WORD)
