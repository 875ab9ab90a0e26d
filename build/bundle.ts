// `npm run build`: the bundles of the main process (desktop host, command line with the headless host, tasks), the preload script as one CommonJS
// file, and the page. What is newer than its sources is left alone, so that `npm run demo` and `npm test` start quickly; `--force` builds all.
import { existsSync, globSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type InlineConfig } from 'vite'

const root = join(import.meta.dirname, '..')
const out = (name: string) => join(root, 'out', name)

const main: InlineConfig = {
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    // Dependencies stay in node_modules: native and WebAssembly parts are loaded from there.
    ssr: true,
    outDir: out('main'),
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: false,
    rolldownOptions: {
      input: {
        electron: join(root, 'main/electron/index.ts'),
        cli: join(root, 'main/cli/index.ts'),
        task: join(root, 'main/tasks/child.ts'),
        dump: join(root, 'main/backup/dump/worker.ts'),
      },
      external: ['electron'],
      // All in one folder: the code finds its neighbours (task.js) relative to itself.
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
}

const preload: InlineConfig = {
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    outDir: out('preload'),
    emptyOutDir: true,
    target: 'chrome140',
    minify: false,
    sourcemap: false,
    lib: { entry: join(root, 'preload/index.ts'), formats: ['cjs'], fileName: () => 'index.cjs' },
    rolldownOptions: { external: ['electron'] },
  },
}

const page: InlineConfig = { configFile: join(root, 'renderer/vite.config.ts'), logLevel: 'warn' }

const PARTS: { name: string; config: InlineConfig; sources: string[] }[] = [
  { name: 'main', config: main, sources: ['main', 'preload/contract'] },
  { name: 'preload', config: preload, sources: ['preload'] },
  { name: 'renderer', config: page, sources: ['renderer', 'preload/contract'] },
]

const newest = (folders: string[]) =>
  Math.max(
    ...folders
      .flatMap((folder) => globSync(`${folder}/**/*`, { cwd: root }))
      .map((file) => statSync(join(root, file)).mtimeMs),
    statSync(join(root, 'package-lock.json')).mtimeMs,
    statSync(join(root, 'build/bundle.ts')).mtimeMs,
  )

/** Builds what is older than its sources. */
export async function bundle({ force = false } = {}): Promise<void> {
  let built = false
  for (const { name, config, sources } of PARTS) {
    const stamp = out(`.${name}`)
    if (!force && existsSync(stamp) && statSync(stamp).mtimeMs >= newest(sources)) continue
    rmSync(stamp, { force: true })
    const started = new Date()
    // Vite reads it where no configuration says otherwise; a test runner's value would build React for development.
    process.env.NODE_ENV = 'production'
    await build(config)
    mkdirSync(out('.'), { recursive: true })
    writeFileSync(stamp, '')
    // What was changed while it was being built is newer.
    utimesSync(stamp, started, started)
    built = true
  }
  if (built || !existsSync(out('THIRD-PARTY-NOTICES.txt'))) await import('./notices.ts')
}

if (import.meta.main) await bundle({ force: process.argv.includes('--force') })
