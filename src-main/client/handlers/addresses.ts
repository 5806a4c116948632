/** The address book: counts, search, and why an address would or would not be dialed. */
import type { AddressStats } from '../../../src-preload/contract.ts'
import { RequestError } from '../../../src-preload/contract/port.ts'
import type { Address } from '../../transport/index.ts'
import { presentAddress } from '../present.ts'
import type { NetworkRuntime } from '../runtime.ts'
import type { Context, Handlers } from './context.ts'
import { runtimeOf, typedAddress } from './context.ts'

/** Addresses that a person may add in one go. */
const MAX_TYPED = 1000

export function addressHandlers(context: Context): Handlers {
  const { runtimes, geo } = context

  const statsOf = (runtime: NetworkRuntime): AddressStats => {
    const stats = runtime.book.stats()
    return {
      network: runtime.known.id,
      total: stats.total,
      new: stats.new,
      tried: stats.tried,
      byKind: { ...stats.byKind },
      groups: stats.groups,
      topGroups: stats.topGroups.map(({ group, count }) => ({ group, label: group, count })),
      topSources: stats.topSources.map(({ source, count }) => ({ source, count })),
      collisions: stats.collisions,
      geo: { countrySource: geo.countrySource, asnSource: geo.asnSource, isUserFile: geo.isUserFile },
    }
  }

  return {
    'addresses.stats': ({ network }) => ({
      books: [...runtimes.values()]
        .filter(runtime => network === undefined || runtime.known.id === network)
        .map(statsOf),
    }),
    'addresses.search': ({ network, ...query }) => {
      const { total, entries } = runtimeOf(context, network).book.search(query)
      return { total, addresses: entries.map(entry => presentAddress(entry, network, geo)) }
    },
    'addresses.explain': ({ network, address: text }) => {
      const runtime = runtimeOf(context, network)
      const address = typedAddress(text, runtime)
      const book = runtime.book.explain(address)
      const dial = runtime.manager.explainDial(address)
      return {
        record: book.entry === null ? null : presentAddress(book.entry, network, geo),
        checks: [...dial, ...book.checks].map(({ check, passes, text }) => ({ check, passes, text })),
        mayDial: book.mayDial && dial.every(check => check.passes),
        chance: book.chance,
        buckets: [...book.buckets],
      }
    },
    'addresses.add': ({ network, text }) => {
      const runtime = runtimeOf(context, network)
      const lines = text
        .split('\n')
        .map(line => line.trim())
        .filter(line => line !== '')
      if (lines.length === 0)
        throw new RequestError('bad-address', 'There is no address.', { text: 'there is no address' })
      if (lines.length > MAX_TYPED)
        throw new RequestError('bad-address', `At most ${MAX_TYPED} addresses at once.`, {
          text: `at most ${MAX_TYPED} at once`,
        })
      const details: Record<string, string> = {}
      const parsed: Address[] = []
      for (const [index, line] of lines.entries()) {
        try {
          parsed.push(typedAddress(line, runtime))
        } catch (error) {
          details[`line ${index + 1}`] = (error as Error).message
        }
      }
      const problems = Object.entries(details).map(([line, problem]) => `${line}: ${problem}`)
      if (problems.length > 0)
        throw new RequestError('bad-address', problems.slice(0, 5).join('; '), {
          text: problems.slice(0, 5).join('; '),
          ...details,
        })
      const added = runtime.discovery.addByHand(parsed)
      return { added, known: parsed.length - added }
    },
    'addresses.forget': ({ network, address: text }) => {
      const runtime = runtimeOf(context, network)
      const address = typedAddress(text, runtime)
      if (!runtime.book.forget(address)) throw new RequestError('not-found', `${address.key} is not in the book.`)
      return {}
    },
    'addresses.seed': async ({ network }) => {
      const runtime = runtimeOf(context, network)
      if (!runtime.known.hasSeeds) throw new RequestError('no-seeds', `${runtime.known.title} has no DNS seeds.`)
      const report = await runtime.discovery.seedNow()
      return { found: report.found, failed: [...report.failed] }
    },
  }
}
