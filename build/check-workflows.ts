// Part of `npm run lint`: rules of ours for GitHub's workflows. actionlint, which runs after it, reads their syntax and expressions.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'

const FOLDER = '.github/workflows'
/** Who may stand in `uses`: GitHub's own actions, by their major version, and workflows of this repository. */
const ACTION = /^actions\/[\w-]+@v\d+$/
const LOCAL = /^\.\/(\.github\/workflows\/[\w.-]+)$/
const SCRIPT = /\bnpm (?:run (?:-s |--silent )?([\w:-]+)|(test|start)\b)/g
const SOURCE = /\b((?:build|test|main|bench|emulator|\.ci)\/[\w./-]+)/g
/** What these words of a commit, a branch or a pull request hold is chosen by others. In a script they would be run. */
const CHOSEN_BY_OTHERS = /\$\{\{[^}]*\b(?:github\.(?:head_ref|ref_name|event\.)|inputs\.)[^}]*\}\}/

const Permissions = z.union([z.string(), z.record(z.string(), z.string())])
const Step = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
})
const Job = z.looseObject({
  uses: z.string().optional(),
  permissions: Permissions.optional(),
  'timeout-minutes': z.number().optional(),
  steps: z.array(Step).optional(),
})
const Workflow = z.looseObject({ permissions: Permissions.optional(), jobs: z.record(z.string(), Job) })

export interface Surroundings {
  scripts: readonly string[]
  exists(path: string): boolean
}

/** A sentence for each rule that this workflow breaks. */
export function workflowProblems(text: string, { scripts, exists }: Surroundings): string[] {
  const read = Workflow.safeParse(parse(text))
  if (!read.success) return ['is no workflow.']
  const problems: string[] = []
  const { permissions, jobs } = read.data
  if (
    typeof permissions !== 'object' ||
    Object.entries(permissions).some(([, may]) => may !== 'read' && may !== 'none')
  )
    problems.push('gives all jobs more than reading. Write permissions belong to the job that needs them.')
  for (const [name, job] of Object.entries(jobs)) {
    const report = (problem: string) => problems.push(`job ${name} ${problem}`)
    if (typeof job.permissions === 'string') report(`has the permissions ${job.permissions}. Name each one.`)
    if (job.uses === undefined && job['timeout-minutes'] === undefined) report('has no timeout-minutes.')
    for (const uses of [job.uses, ...(job.steps ?? []).map((step) => step.uses)]) {
      const local = uses === undefined ? undefined : LOCAL.exec(uses)?.[1]
      if (local !== undefined && !exists(local)) report(`uses ${uses}, which is not there.`)
      if (uses !== undefined && local === undefined && !ACTION.test(uses))
        report(`uses ${uses}. Use an action of GitHub's own, by its major version.`)
    }
    for (const step of job.steps ?? []) {
      if (step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false)
        report('leaves its token in the clone. Set persist-credentials: false.')
      for (const problem of commandProblems(step.run ?? '', { scripts, exists })) report(problem)
    }
  }
  return problems
}

function commandProblems(run: string, { scripts, exists }: Surroundings): string[] {
  const problems: string[] = []
  if (CHOSEN_BY_OTHERS.test(run)) problems.push('puts a name that others choose into a script. Hand it over in env.')
  for (const [, long, short] of run.matchAll(SCRIPT)) {
    const script = long ?? short ?? ''
    if (!scripts.includes(script)) problems.push(`runs the script ${script}, which package.json does not have.`)
  }
  for (const [, path = ''] of run.matchAll(SOURCE)) {
    if (!exists(path) && !exists(`node_modules/${path}`)) problems.push(`names ${path}, which is not there.`)
  }
  return problems
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const surroundings = { scripts: Object.keys(scripts), exists: (path: string) => existsSync(join(root, path)) }
  const files = globSync(`${FOLDER}/*.{yml,yaml}`, { cwd: root })
  const problems = files.flatMap((file) =>
    workflowProblems(readFileSync(join(root, file), 'utf8'), surroundings).map((problem) => `${file}: ${problem}`),
  )
  for (const problem of problems) console.error(problem)
  console.log(`workflows: ${files.length} files, ${problems.length} problems`)
  process.exitCode = problems.length > 0 || files.length === 0 ? 1 : 0
}
