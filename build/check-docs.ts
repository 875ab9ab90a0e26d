// Part of `npm run lint`: what the documents name is there. Looked at are paths of the repository (in links, code, diagrams and text), the
// headings that links point to, `npm run` scripts, and verbs of the command line.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { VERBS } from '../main/cli/arguments.ts'

const DOCUMENTS = ['*.md', '{docs,emulator,build,test}/**/*.md', '.github/**/*.md']
/** Folders of the repository. `data` is left out: it is a data directory, whose files the program makes. */
const FOLDERS = [
  'main',
  'preload',
  'renderer',
  'emulator',
  'build',
  'test',
  'bench',
  'docs',
  '.github',
  '.vscode',
  '.ci',
]
const PATH = new RegExp(
  `(?<![\\w/.@:{,-])(?:\\./)?((?:${FOLDERS.map((folder) => folder.replace('.', '\\.')).join('|')})/[\\w./*{},@-]*)`,
  'g',
)
/** A source file by its name alone, or by a part of its path: `app.ts`, `bots/runner.ts`. Users' files end otherwise. */
const SOURCE = /^(?!\/|out\/)[\w./{},*-]*[\w*}-]\.(?:tsx?|mts|cts|mjs|cjs)$/
const CODE = /```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`/g
const LINK = /\]\(<?([^)>\s]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(\S+)/gm
const SCRIPT = /\bnpm (?:run(?:-script)? (?:-s |--silent )?([\w:-]+)|(test|start)\b)/g
const VERB = /(?:^|[\s/(])(?:whatslang|npm run (?:-s )?cli --) (?!whatslang )([a-z][\w-]*)/gm

export interface Surroundings {
  root: string
  scripts: readonly string[]
  verbs: readonly string[]
}

/** A sentence for each thing that this document names and that is not there. */
export function docProblems(document: string, text: string, { root, scripts, verbs }: Surroundings): string[] {
  const problems = new Map<string, string>()
  const report = (what: string, problem: string) => {
    if (!problems.has(what)) problems.set(what, `${document}:${lineOf(text, what)}: ${problem}`)
  }
  const withoutLinks = text.replace(LINK, ']')
  for (const [, found = ''] of withoutLinks.matchAll(PATH)) {
    const path = trim(found)
    if (!isThere(root, path)) report(path, `there is no ${path}.`)
  }
  for (const target of linksOf(text)) {
    const problem = linkProblem(document, target, text, root)
    if (problem) report(target, problem)
  }
  for (const [, script, short] of text.matchAll(SCRIPT)) {
    const name = script ?? short ?? ''
    if (!scripts.includes(name)) report(`npm run ${name}`, `package.json has no script ${name}.`)
  }
  for (const [, block = '', inline = ''] of text.matchAll(CODE)) {
    const code = block || inline
    if (inline && SOURCE.test(inline) && !isSomewhere(root, inline)) report(inline, `there is no file ${inline}.`)
    for (const [, verb = ''] of code.matchAll(VERB)) {
      if (!verbs.includes(verb)) report(`whatslang ${verb}`, `the command line has no verb ${verb}.`)
    }
  }
  return [...problems.values()]
}

/** The end of a sentence is no part of a path, nor is a line number. */
const trim = (path: string) => path.replace(/[.,]+$/, '').replace(/\}+$/, (end) => (path.includes('{') ? end : ''))

const lineOf = (text: string, what: string): number => {
  const at = text.indexOf(what)
  return at < 0 ? 1 : text.slice(0, at).split('\n').length
}

const isThere = (root: string, path: string): boolean =>
  /[*{]/.test(path) ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path))

const isSomewhere = (root: string, name: string): boolean =>
  isThere(root, name) || globSync(`{${FOLDERS.join(',')}}/**/${name}`, { cwd: root }).length > 0

const linksOf = (text: string): string[] =>
  [...text.replace(CODE, '').matchAll(LINK)]
    .map(([, inline, reference]) => inline ?? reference ?? '')
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))

function linkProblem(document: string, target: string, text: string, root: string): string | undefined {
  const [file = '', anchor] = decodeURIComponent(target).split('#')
  const path = file === '' ? document : normalize(join(dirname(document), file))
  if (relative('.', path).startsWith('..')) return `${target} leads out of the repository.`
  if (!existsSync(join(root, path))) return `there is no ${path}.`
  if (anchor === undefined || !path.endsWith('.md')) return undefined
  const there = file === '' ? text : readFileSync(join(root, path), 'utf8')
  return anchorsOf(there).has(anchor) ? undefined : `${path} has no heading #${anchor}.`
}

/** As GitHub makes them from headings, and those that are written out. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = '']) => id))
  for (const [, heading = ''] of text.replace(/```[\s\S]*?```/g, '').matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let free = slug
    for (let count = 1; anchors.has(free); count++) free = `${slug}-${count}`
    anchors.add(free)
  }
  return anchors
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const documents = DOCUMENTS.flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted()
  const surroundings = { root, scripts: Object.keys(scripts), verbs: VERBS }
  const problems = documents.flatMap((document) =>
    docProblems(document.replaceAll('\\', '/'), readFileSync(join(root, document), 'utf8'), surroundings),
  )
  for (const problem of problems) console.error(problem)
  console.log(`docs: ${documents.length} documents, ${problems.length} problems`)
  process.exitCode = problems.length > 0 || documents.length === 0 ? 1 : 0
}
