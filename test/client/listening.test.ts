/** Where a network listens: one listener at a time, however often and quickly the settings change. */
import { expect, test } from 'vitest'
import { createChanges } from '../../src-main/client/changes.ts'
import { Listening } from '../../src-main/client/listening.ts'
import { NETWORKS } from '../../src-main/client/networks.ts'
import type { Shared } from '../../src-main/client/shared.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { ListenError } from '../../src-main/transport/index.ts'
import type { Address } from '../../src-main/transport/index.ts'

const known = NETWORKS.get('bitcoin/mainnet')
if (known === undefined) throw new Error('no mainnet')
const network = known

interface World {
  readonly listening: Listening
  readonly settings: { 'network.listen': boolean; 'network.listenOn': string[] }
  /** What is open now, and how often two of them were open at once. */
  readonly open: Set<string>
  overlaps: number
  proxy: object | null
  /** Addresses at which nobody can listen. */
  readonly taken: Set<string>
}

function world(): World {
  const settings = { 'network.listen': true, 'network.listenOn': [] as string[] }
  const open = new Set<string>()
  const taken = new Set<string>()
  const made = { settings, open, taken, overlaps: 0, proxy: null as object | null }
  const transport = {
    get policy() {
      return { proxy: made.proxy }
    },
    listen: async (addresses: readonly Address[]) => {
      await Promise.resolve()
      const keys = addresses.map(address => address.key)
      for (const key of keys) if (taken.has(key)) throw new ListenError('in-use', `${key} is taken.`)
      for (const key of keys) {
        if (open.has(key)) made.overlaps += 1
        open.add(key)
      }
      return {
        addresses,
        close: async () => {
          await Promise.resolve()
          await Promise.resolve()
          for (const key of keys) open.delete(key)
        },
      }
    },
  }
  const shared = { transport, log: silentLog, changes: createChanges(), settings: () => settings } as unknown as Shared
  return Object.assign(made, { listening: new Listening(network, shared, () => {}) })
}

test('asked ten times at once it opens one listener after another', async () => {
  const { listening, open, ...rest } = world()
  await Promise.all(Array.from({ length: 10 }, () => listening.follow()))
  expect([...open]).toEqual(['0.0.0.0:8333', '[::]:8333'])
  expect(rest.overlaps).toBe(0)
  expect(listening.addresses).toEqual(['0.0.0.0:8333', '[::]:8333'])
})

test('without IPv6 it listens on IPv4, unless both were asked for', async () => {
  const { listening, taken, settings } = world()
  taken.add('[::]:8333')
  await listening.follow()
  expect([listening.addresses, listening.error]).toEqual([['0.0.0.0:8333'], null])
  settings['network.listenOn'] = ['0.0.0.0:8333', '[::]:8333']
  await listening.follow()
  expect([listening.addresses, listening.error]).toEqual([[], '[::]:8333 is taken.'])
})

test('behind a proxy only this machine may come in', async () => {
  const made = world()
  await made.listening.follow()
  made.proxy = {}
  made.listening.routesChanged()
  await made.listening.follow()
  expect([...made.open]).toEqual(['127.0.0.1:8333', '[::1]:8333'])
})

test('an onion service has a listener of its own, which goes with it', async () => {
  const { listening, open } = world()
  await listening.follow()
  await listening.openOnion()
  expect(open.size).toBe(3)
  expect(listening.addresses).toHaveLength(2)
  await listening.closeOnion()
  expect(open.size).toBe(2)
})

test('nothing is open when it is off, and nothing after it was closed, whatever was asked before', async () => {
  const { listening, open, settings } = world()
  await listening.follow()
  settings['network.listen'] = false
  await listening.follow()
  expect(open.size).toBe(0)
  settings['network.listen'] = true
  void listening.follow()
  void listening.openOnion()
  await listening.close()
  await listening.follow()
  expect(open.size).toBe(0)
})
