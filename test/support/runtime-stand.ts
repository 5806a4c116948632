/**
 * One network at work with all that the client gives it, in virtual time and without sockets: it is not started, so
 * nothing listens and nothing is dialed; connections are handed to its manager.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_GEO } from '../../src-main/addressbook/index.ts'
import { createChanges, type Changes } from '../../src-main/client/changes.ts'
import { NETWORKS } from '../../src-main/client/networks.ts'
import { NetworkRuntime } from '../../src-main/client/runtime.ts'
import { createSettings } from '../../src-main/client/settings.ts'
import { silentLog } from '../../src-main/log/index.ts'
import { createReputation } from '../../src-main/reputation/index.ts'
import { openStore, type Store } from '../../src-main/store/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import { OPEN_POLICY, SubnetSet, createTransport } from '../../src-main/transport/index.ts'
import { ChattyConnection } from './chatty-connection.ts'

export interface RuntimeStand {
  readonly clock: VirtualClock
  readonly random: ReturnType<typeof seededRandom>
  readonly store: Store
  readonly changes: Changes
  readonly runtime: NetworkRuntime
  /** The nth peer connects and shakes hands. */
  readonly arrive: (n: number) => ChattyConnection
  readonly close: () => Promise<void>
}

const NETWORK = 'bitcoin/regtest'

/** @param maxInbound peers let in at most @param pins ids of pins that exist */
export function standRuntime(maxInbound: number, pins: ReadonlySet<string> = new Set()): RuntimeStand {
  const clock = new VirtualClock()
  const random = seededRandom(1)
  const dir = mkdtempSync(join(tmpdir(), 'warren-runtime-'))
  const store = openStore({ dir, clock, log: silentLog })
  const changes = createChanges()
  const settings = createSettings(
    store.settings,
    silentLog,
    { 'limits.maxInbound': maxInbound, 'limits.targetOutbound': 0, 'network.listen': true },
    { networks: new Set(NETWORKS.keys()), hasProxy: () => false },
  )
  const reputation = createReputation({
    clock,
    random,
    log: silentLog,
    banStore: store.bans,
    ruleStore: store.rules,
    settings: { isBanningOn: true, banAbove: 100, banMs: 86_400_000 },
  })
  const known = NETWORKS.get(NETWORK)
  if (known === undefined) throw new Error('no regtest')
  const runtime = new NetworkRuntime(known, {
    clock,
    random,
    log: silentLog,
    store,
    transport: createTransport({ clock, log: silentLog, policy: OPEN_POLICY }),
    reputation,
    geo: NO_GEO,
    changes,
    resourcesDir: '',
    bookKey: random.bytes(16),
    settings: () => settings.current,
    whitelist: () => new SubnetSet(),
    hasPin: id => pins.has(id),
    isOnline: () => true,
    lastPeerLost: () => {},
  })
  return {
    clock,
    random,
    store,
    changes,
    runtime,
    arrive: n => {
      const connection = new ChattyConnection(n, clock.now())
      runtime.manager.accept(connection)
      connection.greet()
      return connection
    },
    close: async () => {
      await runtime.close()
      reputation.close()
      store.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
