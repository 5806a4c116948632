/** Labs: networks of the tests' own, built of Debian's programs on loopback. One file at a time: they keep the machine busy. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/lab/**/*.lab.ts'], testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false },
})
