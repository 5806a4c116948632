/** The test of Tor from end to end: each step by itself, with its result in words. */
import { randomBytes } from 'node:crypto'
import type { TorCheck } from '../../src-preload/contract.ts'
import type { Clock } from '../time/index.ts'
import { parseAddress } from '../transport/index.ts'
import type { Transport } from '../transport/index.ts'
import { TOR_TEST_STEP_MS } from './limits.ts'
import type { TorService } from './tor-service.ts'

export interface TorTestParts {
  readonly clock: Clock
  readonly tor: TorService
  readonly transport: Transport
  /** A name to look up; null when there is none to ask for. */
  readonly lookup: string | null
  readonly changed: (checks: readonly TorCheck[]) => void
}

type Outcome = readonly [state: 'passed' | 'failed' | 'skipped', text: string]
const skipped = (text: string): Outcome => ['skipped', text]
const passed = (text: string): Outcome => ['passed', text]
const failed = (text: string): Outcome => ['failed', text]

const NAMES = ['bootstrap', 'socks', 'resolve', 'onion', 'isolation', 'leaks'] as const

const credentials = (): { user: string; password: string } => ({
  user: randomBytes(8).toString('hex'),
  password: randomBytes(8).toString('hex'),
})

/** Runs all steps; never rejects. A step that hangs fails after 90 s. */
export async function testTor(parts: TorTestParts): Promise<TorCheck[]> {
  const { clock, changed } = parts
  let checks: TorCheck[] = NAMES.map(name => ({ name, state: 'waiting', text: '', ms: null }))
  const put = (name: TorCheck['name'], part: Partial<TorCheck>): void => {
    checks = checks.map(check => (check.name === name ? { ...check, ...part } : check))
    changed(checks)
  }
  changed(checks)
  for (const name of NAMES) {
    put(name, { state: 'running' })
    const startedAt = clock.monotonic()
    const controller = new AbortController()
    const timer = clock.after(TOR_TEST_STEP_MS, () => controller.abort())
    let outcome: Outcome
    try {
      outcome = await STEPS[name](parts, controller.signal, checks)
    } catch (error) {
      outcome = failed(error instanceof Error ? error.message : String(error))
    } finally {
      timer.cancel()
    }
    put(name, { state: outcome[0], text: outcome[1], ms: Math.round(clock.monotonic() - startedAt) })
  }
  return checks
}

type Step = (parts: TorTestParts, signal: AbortSignal, done: readonly TorCheck[]) => Outcome | Promise<Outcome>

const STEPS: Readonly<Record<TorCheck['name'], Step>> = {
  bootstrap: ({ tor }) => {
    const { state, version, error, summary, progress } = tor.record()
    if (state === 'ready')
      return passed(version === null ? 'Tor is ready.' : `Tor ${version} is connected to its network.`)
    if (state === 'failed') return failed(`${error?.text ?? ''} ${error?.advice ?? ''}`)
    return failed(state === 'off' ? 'Tor is not used: set it up in step 1.' : `Tor stands at ${progress} %: ${summary}`)
  },
  socks: async ({ tor, transport }, signal) => {
    const socks = tor.socks()
    if (socks === null) return skipped('Tor is not ready.')
    const probe = await transport.probe({ ...socks, credentials: null }, signal)
    return probe.isSocks5 && probe.isTor === true ? passed(probe.text) : failed(probe.text)
  },
  resolve: async ({ tor, transport, lookup }, signal) => {
    if (tor.socks() === null) return skipped('Tor is not ready.')
    if (lookup === null) return skipped('There is no name to ask for: type one above.')
    if (tor.record().carries === 'nothing') return skipped('Nothing goes through Tor, so no name is asked of it.')
    const found = await transport.resolveByTor(lookup, credentials(), signal)
    return passed(`${lookup} is ${found.join(', ')}, as the exit relay sees it.`)
  },
  onion: async ({ tor, transport }, signal) => {
    const { isOn, services, text } = tor.onion()
    if (!isOn) return skipped('The onion service is off.')
    const [service] = services
    if (service === undefined || !service.isPublished) return failed(text || 'The onion service is not published yet.')
    const connection = await transport.dial(parseAddress(service.address), { signal, network: 'test of Tor' })
    connection.destroy('The test is over.')
    return passed(`${service.address} was reached from outside, over circuits of its own.`)
  },
  isolation: async ({ tor, transport, lookup }, signal) => {
    if (tor.socks() === null) return skipped('Tor is not ready.')
    if (!tor.hasControl) return skipped('Only the control port tells circuits apart, and there is none.')
    if (lookup === null) return skipped('This needs a name to ask for: type one above.')
    if (tor.record().carries === 'nothing') return skipped('Nothing goes through Tor.')
    const both = [credentials(), credentials()] as const
    await Promise.all(both.map(one => transport.resolveByTor(lookup, one, signal)))
    const [first = [], second = []] = await Promise.all(both.map(({ user }) => tor.circuitsOf(user)))
    if (first.length === 0 || second.length === 0) return failed('Tor does not tell which circuits the two dials used.')
    const isShared = first.some(id => second.includes(id))
    const named = `Two dials went over circuits ${first.join(', ')} and ${second.join(', ')}.`
    return isShared ? failed(`${named} They should not share any.`) : passed(named)
  },
  leaks: ({ tor, transport }) => {
    const { contradictions, dials, refused } = transport.ledger()
    const [first] = contradictions
    if (first !== undefined) return failed(first.text)
    const kept = `${refused} refused to keep the policy, none against it.`
    if (tor.record().carries !== 'everything' || tor.record().mode === 'off')
      return passed(`Every socket went by the policy: ${kept} Not everything goes through Tor, as you chose.`)
    return passed(`Every socket went by the policy: ${dials.tor?.begun ?? 0} dials through Tor, ${kept}`)
  },
}
