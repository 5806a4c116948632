/** Unit and property tests, mirrored by room. Suites that need a browser, Debian packages or root have their own runners. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/e2e/**', 'test/lab/**', 'test/bench/**', 'node_modules/**'],
    testTimeout: 20_000,
    pool: 'forks',
  },
})
