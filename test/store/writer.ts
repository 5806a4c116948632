/** A process that writes bans until it is killed, and says each one after it was told that it is durable. */
import { writeSync } from 'node:fs'
import { silentLog } from '../../src-main/log/index.ts'
import { openStore } from '../../src-main/store/index.ts'
import { systemClock } from '../../src-main/time/index.ts'
import { ban } from './rows.ts'

const store = openStore({ dir: process.argv[2] ?? '', clock: systemClock, log: silentLog })
for (let n = 0; ; n++) {
  store.bans.upsert([ban(n)])
  store.settings.set({ last: n })
  writeSync(1, `${n}\n`)
}
