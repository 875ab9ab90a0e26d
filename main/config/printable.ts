// Names and texts come from anyone. On a terminal a control character in them can hide lines, rewrite what was printed before, or make the terminal answer
// as if the user had typed. Terminals are also where logs are read.

/** C0, DEL, C1, the separators of lines, and what reorders text: embeddings, overrides and isolates (https://unicode.org/reports/tr9/). */
const CONTROLS = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** One line of a terminal: each control character, a line break too, is shown as its escape and does nothing. */
export function printable(line: string): string {
  return line.replace(CONTROLS, (character) => SHORT[character] ?? escaped(character))
}

/** JSON that says the same and is safe to look at: `JSON.stringify` leaves DEL, C1 and reordering as they are. Only inside strings can it hold them. */
export function printableJson(json: string): string {
  return json.replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
