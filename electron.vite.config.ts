/** How the three bundles are made: main and headless (ESM), the sandboxed preload (one CommonJS file), the renderer. */
import { resolve } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const from = (path: string): string => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      sourcemap: true,
      externalizeDeps: true,
      rolldownOptions: {
        input: { main: from('src-main/main.ts'), headless: from('src-main/headless.ts') },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: from('src-preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: from('src-renderer'),
    plugins: [react(), tailwindcss()],
    build: {
      outDir: from('out/renderer'),
      minify: true,
      // The page comes from the disk: one file of 800 kB is read sooner than ten.
      chunkSizeWarningLimit: 1024,
      sourcemap: true,
      rolldownOptions: { input: { index: from('src-renderer/index.html') } },
    },
  },
})
