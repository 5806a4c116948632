/**
 * Tor in the client: follows the settings, keeps the networks' onion services published, and tells how it stands.
 * What goes through Tor is not decided here but by the route policy.
 */
import type { CircuitRecord, OnionRecord, Output, Settings, TorRecord } from '../../src-preload/contract.ts'
import { RequestError } from '../../src-preload/contract/port.ts'
import type { Log } from '../log/index.ts'
import type { Clock, RandomSource } from '../time/index.ts'
import { TorError, createTor } from '../tor/index.ts'
import type { Tor, TorConfig } from '../tor/index.ts'
import { parseAddress, printLocalTarget } from '../transport/index.ts'
import { MAX_SHOWN_CIRCUITS } from './limits.ts'
import { OnionServices } from './onion-services.ts'
import type { OnionHost } from './onion-services.ts'
import { parseLocalTarget } from './settings.ts'
import type { Vault } from './vault.ts'
import type { TorSocks } from './ways.ts'

export interface TorServiceParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly dataDir: string
  readonly vault: Vault
  readonly settings: () => Settings
  /** Networks that are on and want inbound peers. */
  readonly hosts: () => readonly OnionHost[]
  /** Where Tor takes dials has changed: the route policy must follow. */
  readonly socksChanged: () => void
  readonly changed: (topic: 'tor' | 'onion') => void
}

export interface TorService {
  record(): TorRecord
  onion(): OnionRecord
  /** Where dials go, while Tor is ready. */
  socks(): TorSocks
  find(): Promise<Output<'tor.find'>>
  /** Starts or looks for Tor again at once. */
  retry(): Promise<void>
  /** Milliseconds until Tor acts. @throws {TorError} without a control port */
  newIdentity(): Promise<number>
  /** @param peerAt the id of the peer at `host:port`, if it is one of ours */
  circuits(peerAt: (target: string) => string | null): CircuitRecord[]
  /** Circuits that Tor keeps for a SOCKS user name. */
  circuitsOf(user: string): Promise<readonly string[]>
  readonly hasControl: boolean
  /** Takes what the settings say now; resolves when that is under way. */
  follow(): Promise<void>
  /** Networks came, went, or began to listen. */
  hostsChanged(): void
  renewOnionKeys(): Promise<void>
  close(): Promise<void>
}

export function createTorService(parts: TorServiceParts): TorService {
  const { clock, random, log, dataDir } = parts
  const tor: Tor = createTor({ clock, random, log: log.child('tor'), dataDir })
  const onions = new OnionServices({
    tor,
    log: log.child('tor'),
    vault: parts.vault,
    settings: parts.settings,
    hosts: parts.hosts,
    changed: () => parts.changed('onion'),
  })
  let config = ''
  let since = clock.now()
  let kind = tor.status().state.kind
  let restarts = 0
  let newIdentityAt: number | null = null
  let lastSocks = ''

  tor.onChange(topic => {
    if (topic === 'circuits') return
    const { state } = tor.status()
    if (state.kind !== kind) {
      if (state.kind === 'failed' && state.code === 'tor-exited') restarts += 1
      kind = state.kind
      since = clock.now()
    }
    const socks = tor.socks()
    const text = socks === null ? '' : `${socks.host}:${socks.port}`
    if (text !== lastSocks) {
      lastSocks = text
      parts.socksChanged()
    }
    parts.changed('tor')
    if (topic === 'status') parts.changed('onion')
  })

  const start = async (wanted: TorConfig): Promise<void> => {
    restarts = 0
    try {
      await tor.use(wanted)
    } catch (error) {
      if (!(error instanceof TorError) || error.code !== 'cancelled') throw error
    }
    onions.reconcile()
  }

  return {
    record: () => {
      const { state, source, version, control, notice } = tor.status()
      const settings = parts.settings()
      const socks = tor.status().socks
      const second = tor.bandwidth().seconds.at(-1)
      const isShown = source !== null || state.kind !== 'off'
      return {
        mode: settings['tor.mode'] as TorRecord['mode'],
        state: state.kind,
        progress: state.kind === 'ready' ? 100 : state.kind === 'bootstrapping' ? state.progress : 0,
        phase: state.kind === 'bootstrapping' ? state.tag : '',
        summary: state.kind === 'bootstrapping' ? state.summary : '',
        warning: notice === null ? problemOf(control) : `${notice.text} ${notice.advice}`,
        error: state.kind === 'failed' ? { code: state.code, text: state.reason, advice: state.advice } : null,
        version,
        socks: !isShown || socks === null ? null : `${socks.host}:${socks.port}`,
        hasControl: control.kind === 'open',
        since: Math.round(since),
        restarts,
        rateIn: second?.read ?? 0,
        rateOut: second?.written ?? 0,
        carries: settings['tor.carries'] as TorRecord['carries'],
        newIdentityAt: newIdentityAt === null ? null : Math.round(newIdentityAt),
      }
    },
    onion: () => onions.record(tor.status()),
    socks: () => tor.socks(),
    find: async () => {
      const { running, binaries } = await tor.search(parts.settings()['tor.program'] || null)
      return {
        running: running.map(one => ({
          title: one.kind === 'system' ? 'Tor' : 'Tor Browser',
          socks: `${one.socks.host}:${one.socks.port}`,
          control: one.control === null || one.access === 'locked' ? null : printLocalTarget(one.control),
          auth: one.control === null ? null : one.access,
        })),
        programs: binaries.map(({ path, version }) => ({ path, version })),
        advice: adviceFor(process.platform),
      }
    },
    retry: () => start(configOf(parts.settings())),
    newIdentity: async () => {
      const actsInMs = await tor.newIdentity()
      newIdentityAt = clock.now() + actsInMs + 10_000
      parts.changed('tor')
      return actsInMs
    },
    circuits: peerAt => {
      const streams = tor.streams()
      return tor
        .circuits()
        .slice(-MAX_SHOWN_CIRCUITS)
        .map(circuit => ({
          id: circuit.id,
          status: circuit.state,
          purpose: circuit.purpose,
          path: circuit.path.map(({ nickname, fingerprint }) => nickname ?? fingerprint.slice(0, 8)),
          builtAt: circuit.createdAt,
          streams: streams
            .filter(stream => stream.circuit === circuit.id)
            .map(stream => ({
              id: stream.id,
              target: stream.target,
              status: stream.state,
              peer: peerAt(stream.target),
            })),
        }))
    },
    circuitsOf: async user =>
      (await tor.readCircuits()).flatMap(circuit => (circuit.socksUser === user ? [circuit.id] : [])),
    get hasControl() {
      return tor.status().control.kind === 'open'
    },
    follow: async () => {
      const wanted = configOf(parts.settings())
      const text = JSON.stringify(wanted)
      if (text === config) {
        onions.reconcile()
        return
      }
      config = text
      await start(wanted)
    },
    hostsChanged: () => onions.reconcile(),
    renewOnionKeys: () => onions.renewKeys(),
    close: async () => {
      await onions.close()
      await tor.close()
    },
  }
}

const problemOf = (control: ReturnType<Tor['status']>['control']): string | null =>
  control.kind === 'failed' ? control.reason : null

function configOf(settings: Settings): TorConfig {
  const mode = settings['tor.mode'] as TorRecord['mode']
  if (mode === 'off') return { mode }
  if (mode === 'managed') {
    return {
      mode,
      binary: settings['tor.program'] || null,
      bridges: settings['tor.bridges'].join('\n'),
      extraLines: settings['tor.extra'],
    }
  }
  const { host, port } = parseAddress(settings['tor.socks'])
  const target = parseLocalTarget(settings['tor.control'])
  return {
    mode,
    socks: { host, port },
    control:
      target === null
        ? null
        : { target, credentials: { password: settings['tor.controlPassword'] || null, cookieFile: null } },
  }
}

/** How to get Tor, by system. */
function adviceFor(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'Install it with "brew install tor", or install Tor Browser and start it.'
  if (platform === 'win32')
    return 'Install Tor Browser and start it, or unpack the Tor Expert Bundle and choose tor.exe.'
  return 'Install it with "sudo apt install tor" (Debian, Ubuntu) or "sudo dnf install tor" (Fedora), or start Tor Browser.'
}

/** Without a control port some things cannot be had. */
export const noControl = (): RequestError =>
  new RequestError('no-control', 'This needs the control port of Tor, which is not open.')
