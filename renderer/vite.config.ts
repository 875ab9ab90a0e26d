import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))

/** One bundle for both hosts: relative addresses serve under app://whatslang/ as under http://127.0.0.1:8020/. */
export default defineConfig({
  root: here,
  base: './',
  plugins: [react()],
  css: { modules: { generateScopedName: '[name]-[local]-[hash:base64:4]' } },
  build: {
    outDir: `${here}../out/renderer`,
    emptyOutDir: true,
    target: 'chrome140',
    sourcemap: false,
    // Data addresses are not among what the content security policy lets fonts and styles load.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
})
