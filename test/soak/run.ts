// `npm run soak -- <name> [options]`: long runs that show a promise to hold. Each prints one JSON line for each run, and fails where one breaks.
const SOAKS: Record<string, () => Promise<(args: string[]) => Promise<boolean>>> = {
  burst: async () => (await import('./burst.ts')).burst,
  faults: async () => (await import('./faults.ts')).faults,
  connection: async () => (await import('./connection.ts')).connection,
  dumps: async () => (await import('./dumps.ts')).dumps,
  mutations: async () => (await import('./mutations.ts')).mutations,
  restore: async () => (await import('./restore.ts')).restore,
  power: async () => (await import('./power.ts')).power,
  retention: async () => (await import('./retention.ts')).retention,
  promises: async () => (await import('./promises.ts')).promises,
  api: async () => (await import('./api.ts')).api,
  crash: async () => (await import('./crash.ts')).crash,
}

const [name = '', ...args] = process.argv.slice(2)
const load = SOAKS[name]
if (load) {
  const soak = await load()
  process.exitCode = (await soak(args)) ? 0 : 1
} else {
  console.error(`Usage: npm run soak -- ${Object.keys(SOAKS).join(' | ')}`)
  process.exitCode = 2
}
