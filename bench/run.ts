// `npm run bench -- <name>` runs bench/<name>.ts, which prints one line of JSON for each thing that it measures.
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [name, ...rest] = process.argv.slice(2)
const here = fileURLToPath(new URL('.', import.meta.url))
const known = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && !/^(run|seed|prose|large|measure)\.ts$|\.test\.ts$/.test(file))
  .map((file) => file.replace(/\.ts$/, ''))
if (name === undefined || !/^[a-z-]+$/.test(name) || !existsSync(`${here}${name}.ts`)) {
  console.error(`Which one? ${known.join(', ')}`)
  process.exit(2)
}
process.argv = [...process.argv.slice(0, 2), ...rest]
await import(`./${name}.ts`)
