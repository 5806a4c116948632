/** A Warren that holds a Tor and nothing else, to be killed: prints the process id of its Tor once that is there. */
import { silentLog } from '../../../src-main/log/index.ts'
import { systemClock, systemRandom } from '../../../src-main/time/index.ts'
import { createTor } from '../../../src-main/tor/index.ts'

const [dataDir = '', lines = '[]'] = process.argv.slice(2)
const tor = createTor({ clock: systemClock, random: systemRandom, log: silentLog, dataDir })
tor.onChange(() => {
  const { control, pid } = tor.status()
  if (control.kind === 'open') process.stdout.write(`${pid}\n`)
})
await tor.use({ mode: 'managed', binary: null, bridges: '', extraLines: JSON.parse(lines) as string[] })
