/** A store in a folder of its own, for tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { createLogging } from '../../src-main/log/index.ts'
import { openStore } from '../../src-main/store/index.ts'
import type { Store, StoreOptions } from '../../src-main/store/index.ts'
import { VirtualClock } from '../../src-main/time/index.ts'

interface Bench {
  /** The data folder; new for each test. */
  readonly dir: string
  readonly path: string
  readonly clock: VirtualClock
  /** Opens a store that the test need not close. */
  readonly open: (options?: Partial<StoreOptions>) => Store
  /** Sentences logged at warn and above. */
  readonly warnings: () => string[]
}

/** Call it at the top of a file. */
export function storeBench(): () => Bench {
  let bench: Bench | null = null
  const opened: Store[] = []
  beforeEach(() => {
    const dir = mkdtempSync(join(tmpdir(), 'warren-store-'))
    const clock = new VirtualClock()
    const logging = createLogging({ clock: new VirtualClock(), level: 'debug', debugRooms: [] })
    bench = {
      dir,
      path: join(dir, 'warren.db'),
      clock,
      open: options => {
        const store = openStore({ dir, clock, log: logging.log, ...options })
        opened.push(store)
        return store
      },
      warnings: () => logging.tail({ limit: 100, level: 'warn', rooms: [], text: '' }).lines.map(line => line.text),
    }
  })
  afterEach(() => {
    for (const store of opened.splice(0)) store.close()
    if (bench !== null) rmSync(bench.dir, { recursive: true, force: true })
  })
  return () => {
    if (bench === null) throw new Error('Only within a test.')
    return bench
  }
}
