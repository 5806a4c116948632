/** Tor, proxies and the ledger of the made-up client: settings decide the state, requests change it. */
import type {
  LedgerRecord,
  OnionRecord,
  Output,
  ParsedInput,
  PolicyCell,
  RequestName,
  TorCheck,
  TorRecord,
} from '../../../src-preload/contract.ts'
import type { World } from './world.ts'

type RouteRequest = Extract<
  RequestName,
  `tor.${string}` | `onion.${string}` | `proxies.${string}` | `routes.${string}` | 'ledger.get'
>
type RouteHandlers = { readonly [N in RouteRequest]: (world: World, input: ParsedInput<N>) => Output<N> }

const ADDRESS = '2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion:8333'

export function fakeTor({ settings, startedAt }: World): TorRecord {
  const mode = settings['tor.mode'] as TorRecord['mode']
  const isOn = mode !== 'off'
  return {
    mode,
    state: isOn ? 'ready' : 'off',
    progress: isOn ? 100 : 0,
    phase: isOn ? 'done' : '',
    summary: isOn ? 'Done' : '',
    warning: null,
    error: null,
    version: isOn ? '0.4.8.16' : null,
    socks: isOn ? '127.0.0.1:9050' : null,
    hasControl: isOn,
    since: startedAt,
    restarts: 0,
    rateIn: isOn ? 12_400 : 0,
    rateOut: isOn ? 3100 : 0,
    carries: settings['tor.carries'] as TorRecord['carries'],
    newIdentityAt: null,
  }
}

export function fakeOnion({ settings }: World): OnionRecord {
  const isOn = settings['tor.onionService'] === true
  return {
    isOn,
    state: !isOn ? 'off' : settings['tor.mode'] === 'off' ? 'waiting' : 'published',
    services: isOn
      ? [{ network: 'bitcoin/mainnet', address: ADDRESS, target: '127.0.0.1:40123', isPublished: true }]
      : [],
    text: '',
    clients: settings['tor.onionClients'] as string[],
    isKeyEncrypted: false,
  }
}

export function fakeLedger(world: World): LedgerRecord {
  let id = 0
  const entry = (kind: LedgerRecord['entries'][number]['kind'], target: string, route: string, reason: string) => ({
    id: (id += 1),
    at: world.startedAt + 1000,
    kind,
    network: kind === 'udp' ? null : 'bitcoin/mainnet',
    target,
    route,
    reason,
  })
  return {
    entries: [
      entry('dial', '198.51.100.7:8333', 'tor', 'Everything goes through Tor.'),
      entry('lookup', 'seed.example.org', 'tor', 'The proxy resolves names.'),
      entry('udp', '203.0.113.9:30303', 'refused', 'UDP cannot go through Tor.'),
    ],
    dials: { direct: 214, tor: 31 },
    lookups: { system: 4, tor: 2 },
    refused: 9,
    refusals: [{ reason: 'There is no route to I2P addresses.', count: 9 }],
    contradictions: [],
  }
}

function cells(mode: string, carries: string): PolicyCell[] {
  const all = mode !== 'off' && carries === 'everything'
  const onion = mode !== 'off' && carries !== 'nothing'
  const cell = (row: PolicyCell['row'], does: PolicyCell['does'], reason: string | null = null): PolicyCell => ({
    row,
    does,
    through: does === 'tor' || does === 'resolve' ? 'Tor' : null,
    reason,
  })
  return [
    cell('ipv4', all ? 'tor' : 'direct'),
    cell('ipv6', all ? 'tor' : 'direct'),
    cell('host', all ? 'tor' : 'direct'),
    onion ? cell('onion', 'tor') : cell('onion', 'off', 'There is no onion route: onion addresses need Tor.'),
    cell('seeds', all ? 'resolve' : 'system'),
    all ? cell('udp', 'off', 'UDP cannot go through Tor.') : cell('udp', 'direct'),
    cell('listen', all ? 'loopback' : 'any'),
  ]
}

const CHECKS: readonly TorCheck[] = [
  { name: 'bootstrap', state: 'passed', text: 'Tor 0.4.8.16 is connected.', ms: 2 },
  { name: 'socks', state: 'passed', text: 'It answers and is Tor.', ms: 4 },
  { name: 'resolve', state: 'passed', text: 'example.org is 192.0.2.7.', ms: 210 },
  { name: 'onion', state: 'skipped', text: 'The onion service is off.', ms: null },
  { name: 'isolation', state: 'passed', text: 'Two dials used circuits 12 and 14.', ms: 640 },
  { name: 'leaks', state: 'passed', text: 'Every socket went by the policy.', ms: 0 },
]

const set = (world: World, changes: object): void => {
  Object.assign(world.settings, changes)
  for (const event of ['settings', 'tor', 'onion'] as const) world.emit(event)
}

export const ROUTE_HANDLERS: RouteHandlers = {
  'proxies.list': () => ({
    proxies: [{ name: 'Office', endpoint: '192.0.2.10:1080', user: 'ada', hasPassword: true, carries: 'nothing' }],
  }),
  'proxies.save': (_world, { name, endpoint, user }) => ({
    proxy: { name, endpoint, user, hasPassword: true, carries: 'nothing' },
  }),
  'proxies.remove': () => ({}),
  'proxies.test': () => ({
    isReachable: true,
    isSocks5: true,
    password: 'accepted',
    isTor: false,
    ms: 14,
    text: 'It speaks SOCKS5, took the password, and is not Tor.',
  }),
  'routes.table': ({ settings }, { changes }) => ({
    now: cells(String(settings['tor.mode']), String(settings['tor.carries'])),
    proposed: cells(
      (changes['tor.mode'] ?? settings['tor.mode']) as string,
      (changes['tor.carries'] ?? settings['tor.carries']) as string,
    ),
  }),
  'routes.explain': (_world, { address }) => ({ address, does: 'direct', through: null, reason: null }),
  'ledger.get': world => fakeLedger(world),
  'tor.status': world => fakeTor(world),
  'tor.find': () => ({
    running: [{ title: 'Tor Browser', socks: '127.0.0.1:9150', control: '127.0.0.1:9151', auth: 'cookie' }],
    programs: [{ path: '/usr/bin/tor', version: '0.4.8.16' }],
    advice: '',
  }),
  'tor.use': (world, { mode, carries }) => {
    const before = { mode: world.settings['tor.mode'], carries: world.settings['tor.carries'] }
    set(world, { 'tor.mode': mode, 'tor.carries': carries })
    return {
      changed: [
        ...(before.mode === mode ? [] : [{ key: 'tor.mode', from: String(before.mode), to: mode }]),
        ...(before.carries === carries ? [] : [{ key: 'tor.carries', from: String(before.carries), to: carries }]),
      ],
    }
  },
  'tor.retry': () => ({}),
  'tor.newIdentity': () => ({ actsInMs: 0 }),
  'tor.circuits': () => ({
    circuits: [
      {
        id: '12',
        status: 'BUILT',
        purpose: 'GENERAL',
        path: ['guard7', 'middle3', 'exit1'],
        builtAt: null,
        streams: [{ id: '40', target: '198.51.100.7:8333', status: 'SUCCEEDED', peer: 'bitcoin/mainnet:p1' }],
      },
      {
        id: '14',
        status: 'BUILT',
        purpose: 'HS_SERVICE_INTRO',
        path: ['guard7', 'middle9'],
        builtAt: null,
        streams: [],
      },
    ],
  }),
  'tor.test': world => {
    world.torChecks = CHECKS
    world.emit('torTest')
    return { checks: [...CHECKS] }
  },
  'onion.switch': (world, { on }) => {
    set(world, { 'tor.onionService': on })
    return fakeOnion(world)
  },
  'onion.renew': world => fakeOnion(world),
}
