/** End to end: the built program in a real browser. One file at a time: each brings a browser and a Warren of its own. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/e2e/**/*.e2e.ts'], testTimeout: 120_000, hookTimeout: 60_000, fileParallelism: false },
})
