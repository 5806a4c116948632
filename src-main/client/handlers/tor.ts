/** Tor: how it is had, what goes through it, its circuits, its test, and our onion services. */
import type { SettingsPatch, TorCheck } from '../../../src-preload/contract.ts'
import { RequestError } from '../../../src-preload/contract/port.ts'
import { policyTable } from '../../transport/index.ts'
import { NETWORKS } from '../networks.ts'
import { noControl } from '../tor-service.ts'
import { testTor } from '../tor-test.ts'
import type { Context, Handlers } from './context.ts'
import { SAMPLES } from './routes.ts'

/** The test of Tor, as it stands. */
export class TorTest {
  checks: readonly TorCheck[] = []
  isRunning = false
}

export function torHandlers(context: Context, test: TorTest): Handlers {
  const { tor, settingsService, transport, clock, changes, runtimes } = context

  /** Which of our peers a stream of Tor leads to. */
  const peerAt = (target: string): string | null => {
    for (const runtime of runtimes.values()) {
      for (const { managed } of runtime.watches.values()) if (managed.address.key === target) return managed.id
    }
    return null
  }

  /** Settings and cells of the policy table before and after, where they differ. */
  const changing = async (act: () => Promise<void>): Promise<{ key: string; from: string; to: string }[]> => {
    const settingsBefore = settingsService.shown()
    const cellsBefore = policyTable(transport.policy, SAMPLES)
    await act()
    const settingsAfter = settingsService.shown()
    const cellsAfter = policyTable(transport.policy, SAMPLES)
    const text = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value))
    return [
      ...Object.keys(settingsAfter).flatMap(key => {
        const [from, to] = [text(settingsBefore[key]), text(settingsAfter[key])]
        return from === to ? [] : [{ key, from, to }]
      }),
      ...cellsAfter.flatMap((cell, index) => {
        const before = cellsBefore[index]
        return before === undefined || before.does === cell.does
          ? []
          : [{ key: cell.row, from: before.does, to: cell.does }]
      }),
    ]
  }

  /** A name that it does no harm to ask for: the one given, else a seed of a network that is on. */
  const nameFor = (given: string | undefined): string | null => {
    if (given !== undefined && given !== '') return given
    for (const runtime of runtimes.values()) {
      const [seed] = runtime.network.dnsSeeds
      if (seed !== undefined && NETWORKS.has(runtime.known.id)) return seed.host
    }
    return null
  }

  return {
    'tor.status': () => tor.record(),
    'tor.find': () => tor.find(),
    'tor.use': async ({ mode, carries, socks, control, controlPassword }) => {
      const changes: SettingsPatch = {
        'tor.mode': mode,
        'tor.carries': carries,
        ...(socks === undefined ? {} : { 'tor.socks': socks }),
        ...(control === undefined ? {} : { 'tor.control': control }),
        ...(controlPassword === undefined ? {} : { 'tor.controlPassword': controlPassword }),
      }
      return {
        changed: await changing(async () => {
          settingsService.set(changes)
          await tor.follow()
        }),
      }
    },
    'tor.retry': async () => {
      await tor.retry()
      return {}
    },
    'tor.newIdentity': async () => {
      if (!tor.hasControl) throw noControl()
      return { actsInMs: Math.ceil(await tor.newIdentity()) }
    },
    'tor.circuits': () => {
      if (!tor.hasControl) throw noControl()
      return { circuits: tor.circuits(peerAt) }
    },
    'tor.test': async ({ lookup }) => {
      if (test.isRunning) throw new RequestError('already-running', 'The test is running already.')
      test.isRunning = true
      try {
        const checks = await testTor({
          clock,
          tor,
          transport,
          lookup: nameFor(lookup),
          changed: now => {
            test.checks = now
            changes.tell('torTest')
          },
        })
        return { checks }
      } finally {
        test.isRunning = false
      }
    },
    'onion.switch': ({ on }) => {
      settingsService.set({ 'tor.onionService': on })
      return tor.onion()
    },
    'onion.renew': async () => {
      await tor.renewOnionKeys()
      return tor.onion()
    },
  }
}
