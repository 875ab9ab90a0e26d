// The arrows of the house point one way (docs/architecture.md). TypeScript 7 offers no compiler API, without which
// dependency-cruiser silently checks nothing; so it parses with swc, and a run that saw no module fails.
import { cruise, type ICruiseOptions, type IFlattenedRuleSet } from 'dependency-cruiser'

const within = (...folders: string[]) => `^(${folders.join('|')})/`

const ruleSet: IFlattenedRuleSet = {
  forbidden: [
    // Imports of types alone are erased: what they circle through never runs.
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'renderer-knows-only-the-contract',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: within('main', 'emulator', 'test', 'build', 'bench') },
    },
    {
      name: 'contract-knows-nobody',
      severity: 'error',
      from: { path: '^preload/' },
      to: { path: within('main', 'renderer', 'emulator', 'test') },
    },
    {
      name: 'core-knows-no-host',
      severity: 'error',
      from: {
        path: '^main/(audit|config|files|pause|rules|store|text|whatsapp|bots|llm|backup|tasks|health|rpc|page)/',
      },
      to: { path: '^main/(electron|headless|cli)/|^main/app\\.ts$' },
    },
    {
      name: 'electron-only-in-its-host',
      severity: 'error',
      from: { path: '^(main|preload|renderer|emulator)/', pathNot: '^main/electron/|^preload/index\\.ts$' },
      to: { path: '^(node_modules/)?electron(/|$)|electron-store|electron-updater', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'store-is-the-floor',
      severity: 'error',
      from: { path: '^main/store/' },
      to: { path: '^main/(whatsapp|bots|llm|backup|health|rpc|rules|tasks)/' },
    },
    {
      name: 'files-know-nobody',
      severity: 'error',
      from: { path: '^main/files/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(main/(?!files/)|renderer/)' },
    },
    {
      name: 'features-do-not-know-their-callers',
      severity: 'error',
      from: { path: '^main/(whatsapp|bots|llm|backup|health)/' },
      to: { path: '^main/rpc/' },
    },
    {
      name: 'no-react-or-http-in-the-core',
      severity: 'error',
      from: { path: '^main/(config|store|whatsapp|bots|llm|backup|tasks|health)/' },
      to: { path: '^(react|react-dom|@orpc/server|ws)$|node_modules/(react|react-dom)/' },
    },
    {
      name: 'emulator-never-ships',
      severity: 'error',
      from: { path: '^(main|preload|renderer)/', pathNot: '\\.test(-kit)?\\.tsx?$' },
      to: { path: '^(emulator|test|bench)/' },
    },
  ],
}

const options: ICruiseOptions = {
  ruleSet,
  validate: true,
  parser: 'swc',
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '^(out|dist|node_modules)/' },
}
const { output } = await cruise(['main', 'preload', 'renderer', 'emulator'], options, {
  extensions: ['.ts', '.tsx', '.js'],
})
if (typeof output === 'string') throw new Error(output)
const { summary } = output
for (const violation of summary.violations) {
  console.error(`${violation.rule.name}: ${violation.from} -> ${violation.to}`)
}
const seen = output.modules.filter((module) => /^(main|preload|renderer|emulator)\//.test(module.source)).length
console.log(`layers: ${seen} modules, ${summary.error} violations`)
if (seen === 0) console.error('The layering check saw no module: it proves nothing.')
process.exitCode = summary.error > 0 || seen === 0 ? 1 : 0
