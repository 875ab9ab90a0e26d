import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '../..')

/** The hand as one bundle: it starts in half the time that its sources need, and stays as it is while they are edited. */
export async function bundleHand() {
  mkdirSync(join(root, 'out'), { recursive: true })
  // Within the repository, so that the native module is found.
  const folder = mkdtempSync(join(root, 'out/soak-'))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['better-sqlite3', 'electron'] },
    build: {
      ssr: true,
      outDir: folder,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: { hand: join(root, 'test/soak/restore-hand.ts'), next: join(root, 'test/soak/next-version.ts') },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  })
  return {
    hand: join(folder, 'hand.js'),
    nextVersion: join(folder, 'next.js'),
    dispose: (): void => rmSync(folder, { recursive: true, force: true }),
  }
}
