/** What the made-up client answers to each request of the contract. */
import type { Output, ParsedInput, RequestName } from '../../../src-preload/contract.ts'
import { fakeAddressRecord, fakeBan, fakePeer } from './records.ts'
import { ROUTE_HANDLERS } from './routes.ts'
import type { World } from './world.ts'

/** A refusal, thrown by a handler. */
export class Refused extends Error {
  readonly code: string
  readonly details: Record<string, string> | undefined
  constructor(code: string, text: string, details?: Record<string, string>) {
    super(text)
    this.code = code
    this.details = details
  }
}

type Handlers = { readonly [N in RequestName]: (world: World, input: ParsedInput<N>) => Output<N> }

const NOTHING = {}
const PLAYERS = ['quick', 'slow', 'chatty', 'flooding', 'malformed', 'silent', 'lying', 'changing'] as const

function parseEndpoint(address: string): string {
  if (!/^(\[[0-9a-f:]+\]|[\w.-]+)(:\d{1,5})?$/i.test(address))
    throw new Refused('bad-address', 'This is not an address', {
      address: `“${address}” is neither an IP address nor a host name`,
    })
  const port = Number(/:(\d+)$/.exec(address)?.[1] ?? 8333)
  if (port > 65_535)
    throw new Refused('bad-address', 'This is not an address', { address: `port ${String(port)} is above 65535` })
  return /:\d+$/.test(address) ? address : `${address}:8333`
}

function setPin(
  world: World,
  network: string,
  address: string,
  fields: { isPinned?: boolean; isTrusted?: boolean; note?: string },
): string {
  const at = parseEndpoint(address)
  const held = [...world.pins.values()].find(pin => pin.address === at)
  const peer = [...world.peers.values()].find(each => each.address === at)
  const pin = {
    id: held?.id ?? world.newId('pin'),
    network,
    address: at,
    isPinned: false,
    isTrusted: false,
    addedAt: Date.now(),
    note: '',
    state: peer === undefined ? ('connecting' as const) : ('connected' as const),
    nextTryAt: null,
    attempts: 0,
    lastFailure: null,
    ...held,
    ...fields,
  }
  if (pin.isPinned || pin.isTrusted) {
    world.pins.set(pin.id, pin)
    world.tell('pins', { upsert: [pin] })
  } else {
    world.pins.delete(pin.id)
    world.tell('pins', { remove: [pin.id] })
  }
  if (peer !== undefined) {
    const change = { isPinned: pin.isPinned, isTrusted: pin.isTrusted }
    world.peers.set(peer.id, { ...peer, ...change })
    world.tell('peers', { change: [[peer.id, change]] })
  }
  return pin.id
}

function drop(world: World, ids: readonly string[]): number {
  const there = ids.filter(id => world.peers.delete(id))
  world.tell('peers', { remove: there })
  return there.length
}

function changeSettings(world: World, changes: object): Output<'settings.set'> {
  if ('routes.proxy' in changes && !/^$|:\d+$/.test(String(changes['routes.proxy'])))
    throw new Refused('invalid-input', 'This setting is not valid', { 'routes.proxy': 'a proxy is given as HOST:PORT' })
  if ('network.enabled' in changes) {
    const on = changes['network.enabled'] as readonly string[]
    world.networks = world.networks.map(network => ({ ...network, isOn: on.includes(network.id) }))
    world.emit('networks')
  }
  Object.assign(world.settings, changes)
  world.emit('settings')
  return { settings: world.settings }
}

export const HANDLERS: Handlers = {
  'app.info': world => world.about(),
  'app.dismissFirstRun': () => NOTHING,
  'app.quit': () => NOTHING,
  'app.openDataDir': () => NOTHING,
  'app.saveFile': (_, input) => ({ path: `/tmp/${input.suggestedName}` }),
  'overview.get': world => ({ overview: world.overview(), notices: world.notices(), networks: world.networks }),
  'traffic.history': (world, { span }) => world.past(span),
  'networks.switch': (world, input) => {
    world.networks = world.networks.map(network =>
      network.id === input.network ? { ...network, isOn: input.on } : network,
    )
    world.emit('networks')
    return NOTHING
  },
  'playground.start': world => {
    if (world.playground.isRunning) throw new Refused('already-running', 'The playground is running')
    const peers = Array.from({ length: 24 }, (_, index) => ({
      ...fakePeer(world.dice, world.newId('peer'), Date.now()),
      address: `127.0.0.${String(index + 2)}:18444`,
      addressKind: 'ipv4' as const,
      network: 'bitcoin/regtest',
      connectedAt: Date.now(),
    }))
    for (const peer of peers) world.peers.set(peer.id, peer)
    world.playground = {
      isRunning: true,
      network: 'bitcoin/regtest',
      peers: peers.map((peer, index) => ({
        address: peer.address,
        kind: PLAYERS[index % PLAYERS.length] ?? 'quick',
        text: 'Does what its kind does',
        isConnected: index % 5 !== 4,
      })),
    }
    world.tell('peers', { upsert: peers })
    world.emit('playground')
    return world.playground
  },
  'playground.stop': world => {
    drop(
      world,
      [...world.peers.values()].filter(peer => peer.network === 'bitcoin/regtest').map(peer => peer.id),
    )
    world.playground = { isRunning: false, network: null, peers: [] }
    world.emit('playground')
    return NOTHING
  },
  'playground.get': world => world.playground,
  'doors.list': () => ({
    sessions: [
      {
        id: 'door1',
        openedAt: Date.now() - 9e6,
        lastUsedAt: Date.now(),
        agent: 'Firefox 140 on Linux',
        remote: '127.0.0.1',
        isYou: true,
      },
      {
        id: 'door2',
        openedAt: Date.now() - 9e7,
        lastUsedAt: Date.now() - 4e6,
        agent: 'Chromium 156 on Linux',
        remote: '127.0.0.1',
        isYou: false,
      },
    ],
  }),
  'doors.revoke': () => NOTHING,

  'peers.list': world => ({ peers: [...world.peers.values()] }),
  'peers.get': (world, { id }) => {
    const peer = world.peers.get(id)
    if (peer === undefined) throw new Refused('not-found', 'This peer is gone')
    const score = world.scoreOf(peer)
    return {
      peer,
      localAddress: '192.168.1.20:51822',
      seenAs: peer.state === 'ready' ? '198.51.100.9:8333' : null,
      group: peer.asn === null ? 'onion' : `AS${String(peer.asn)}`,
      asnName: peer.asn === null ? null : 'Hetzner Online GmbH',
      relaysAddresses: true,
      services: '0000000000000c09',
      details: { 'wants headers': true, 'fee filter': '1000 sat/kvB', 'block-relay only': false },
      score,
      messages: [
        { kind: 'inv', countIn: 4120, bytesIn: 1_520_400, countOut: 310, bytesOut: 98_200 },
        { kind: 'tx', countIn: 902, bytesIn: 488_000, countOut: 120, bytesOut: 64_000 },
        { kind: 'addrv2', countIn: 41, bytesIn: 120_330, countOut: 12, bytesOut: 33_900 },
        { kind: 'headers', countIn: 3, bytesIn: 400, countOut: 3, bytesOut: 243 },
        { kind: 'ping', countIn: 88, bytesIn: 704, countOut: 90, bytesOut: 720 },
        { kind: 'pong', countIn: 90, bytesIn: 720, countOut: 88, bytesOut: 704 },
        { kind: 'version', countIn: 1, bytesIn: 126, countOut: 1, bytesOut: 126 },
      ],
      timeline: [
        { at: peer.connectedAt - 210, text: peer.direction === 'outbound' ? 'Dialed directly' : 'Accepted' },
        { at: peer.connectedAt - 90, text: 'version received' },
        { at: peer.connectedAt, text: 'Handshake finished' },
        ...score.events.map(event => ({
          at: event.at,
          text: `Score ${String(event.before)} to ${String(event.after)}: ${event.rule}`,
        })),
      ],
    }
  },
  'peers.add': (world, input) => {
    const address = parseEndpoint(input.address)
    if ([...world.peers.values()].some(peer => peer.address === address))
      throw new Refused('already-connected', 'A peer with this address is connected', { address: 'already connected' })
    if (input.keep)
      return { id: setPin(world, input.network, address, { isPinned: true, isTrusted: input.trusted }), address }
    const peer = {
      ...world.addPeer(),
      address,
      direction: 'outbound' as const,
      purpose: 'one-shot' as const,
      network: input.network,
    }
    world.peers.set(peer.id, peer)
    world.tell('peers', { upsert: [peer] })
    return { id: peer.id, address }
  },
  'peers.disconnect': (world, { ids }) => ({ done: drop(world, ids) }),
  'peers.ban': (world, input) => {
    const bans = input.ids.flatMap(id => {
      const peer = world.peers.get(id)
      if (peer === undefined) return []
      const target = peer.address.replace(/:\d+$/, '')
      return [
        {
          ...fakeBan(world.dice, world.newId('ban'), Date.now()),
          target,
          by: 'user' as const,
          reason: input.reason,
          createdAt: Date.now(),
          until: Date.now() + input.durationMs,
        },
      ]
    })
    for (const ban of bans) world.bans.set(ban.id, ban)
    world.tell('bans', { upsert: bans })
    drop(world, input.ids)
    return { banIds: bans.map(ban => ban.id), refused: [] }
  },
  'peers.pin': (world, input) => ({
    id: setPin(world, input.network, input.address, { isPinned: true, note: input.note }),
  }),
  'peers.unpin': (world, input) => {
    setPin(world, input.network, input.address, { isPinned: false })
    return NOTHING
  },
  'peers.trust': (world, input) => ({ id: setPin(world, input.network, input.address, { isTrusted: true }) }),
  'peers.untrust': (world, input) => {
    setPin(world, input.network, input.address, { isTrusted: false })
    return NOTHING
  },
  'pins.list': world => ({ pins: [...world.pins.values()] }),

  'attempts.list': world => ({ attempts: [...world.attempts.values()], ...world.slots() }),
  'attempts.retryNow': (world, { id }) => {
    const attempt = world.attempts.get(id)
    if (attempt?.state !== 'waiting') throw new Refused('not-waiting', 'This attempt is not waiting')
    const change = { state: 'dialing' as const, nextTryAt: null, startedAt: Date.now() }
    world.attempts.set(id, { ...attempt, ...change })
    world.tell('attempts', { change: [[id, change]] })
    return NOTHING
  },
  'attempts.cancel': (world, { id }) => {
    world.attempts.delete(id)
    world.tell('attempts', { remove: [id] })
    return NOTHING
  },

  'addresses.stats': world => ({
    books: [
      {
        network: 'bitcoin/mainnet',
        total: world.peers.size === 0 ? 0 : 48_210,
        new: world.peers.size === 0 ? 0 : 40_120,
        tried: world.peers.size === 0 ? 0 : 8090,
        byKind: { ipv4: 30_110, ipv6: 9100, onion: 8000, i2p: 1000 },
        groups: 2810,
        topGroups: [
          { group: 'AS24940', label: 'Hetzner Online GmbH', count: 4100 },
          { group: 'AS16509', label: 'Amazon.com, Inc.', count: 2950 },
          { group: 'AS14061', label: 'DigitalOcean, LLC', count: 1420 },
          { group: 'AS3320', label: 'Deutsche Telekom AG', count: 910 },
        ],
        topSources: [
          { source: 'seed.bitcoin.sipa.be', count: 310 },
          { source: '95.217.1.20', count: 1000 },
          { source: 'user', count: 3 },
        ],
        collisions: 4,
        geo: {
          countrySource: 'geo-whois-asn-country 2.3.2026061719',
          asnSource: 'asn 2.3.2026061719',
          isUserFile: false,
        },
      },
    ],
  }),
  'addresses.search': (world, input) => ({
    total: world.peers.size === 0 ? 0 : 48_210,
    addresses:
      world.peers.size === 0
        ? []
        : Array.from({ length: input.limit }, (_, index) =>
            fakeAddressRecord(world.dice, `a${String(input.offset + index)}`, Date.now()),
          ),
  }),
  'addresses.explain': (world, input) => {
    const address = parseEndpoint(input.address)
    return {
      record: { ...fakeAddressRecord(world.dice, 'a1', Date.now()), address },
      checks: [
        { check: 'route', passes: true, text: 'Direct dialing of IPv4 is allowed' },
        { check: 'banned', passes: true, text: 'Not banned' },
        { check: 'group', passes: false, text: 'AS24940 already has an outbound peer' },
      ],
      mayDial: false,
      chance: 0.42,
      buckets: [{ table: 'new', bucket: 311, position: 17 }],
    }
  },
  'addresses.add': (_, input) => ({
    added: input.text.split('\n').filter(line => parseEndpoint(line.trim()) !== '').length,
    known: 0,
  }),
  'addresses.forget': () => NOTHING,
  'addresses.seed': () => ({ found: 182, failed: ['dnsseed.example.net'] }),

  'bans.list': world => ({ bans: [...world.bans.values()] }),
  'bans.add': (world, input) => {
    if (!/[.:]/.test(input.target))
      throw new Refused('bad-target', 'Not an address', { target: `“${input.target}” is not an address or subnet` })
    const ban = {
      ...fakeBan(world.dice, world.newId('ban'), Date.now()),
      target: input.target,
      kind: input.target.includes('/') ? ('subnet' as const) : ('address' as const),
      by: 'user' as const,
      rule: null,
      evidence: null,
      score: null,
      reason: input.reason,
      createdAt: Date.now(),
      until: Date.now() + input.durationMs,
    }
    world.bans.set(ban.id, ban)
    world.tell('bans', { upsert: [ban] })
    return { id: ban.id, closed: 0 }
  },
  'bans.lift': (world, { ids }) => {
    const lifted = ids.flatMap(id => world.bans.get(id) ?? [])
    for (const id of ids) world.bans.delete(id)
    world.tell('bans', { remove: ids })
    return { lifted }
  },
  'bans.restore': (world, { bans }) => {
    for (const ban of bans) world.bans.set(ban.id, ban)
    world.tell('bans', { upsert: bans })
    return { restored: bans.length }
  },
  'bans.export': world => ({ text: JSON.stringify([...world.bans.values()], null, 2), count: world.bans.size }),
  'bans.import': (_, { text }) => {
    if (!text.trimStart().startsWith('[') && !text.trimStart().startsWith('{'))
      throw new Refused('bad-import', 'This is not a ban list: it begins with neither [ nor {')
    return { added: 3, merged: 1, expired: 2 }
  },

  'logs.tail': (world, input) => {
    const order = ['debug', 'info', 'warn', 'error']
    const least = order.indexOf(input.level)
    const after = input.after ?? world.lines.length - 1 - input.limit
    const lines = world.lines
      .filter(line => line.cursor > after && order.indexOf(line.level) >= least)
      .filter(line => input.rooms.length === 0 || input.rooms.includes(line.room))
      .filter(line => line.text.toLowerCase().includes(input.text.toLowerCase()))
      .slice(0, input.limit)
    return {
      lines,
      cursor: lines.length === input.limit ? (lines.at(-1)?.cursor ?? after) : world.lines.length - 1,
      missed: 0,
      rooms: [...new Set(world.lines.map(line => line.room))].sort(),
    }
  },
  'logs.export': world => ({ text: world.lines.map(line => JSON.stringify(line)).join('\n') }),

  'settings.get': world => ({ settings: world.settings }),
  'settings.set': (world, { changes }) => changeSettings(world, changes),
  'settings.reset': world => changeSettings(world, {}),
  'settings.describe': () => ({ settings: [] }),
  'settings.export': world => ({ text: JSON.stringify(world.settings, null, 2) }),
  'settings.import': world => changeSettings(world, {}),
  'rules.list': world => ({ rules: world.rules }),
  'rules.set': (world, input) => {
    world.rules = world.rules.map(rule => (rule.name === input.name ? { ...rule, ...input } : rule))
    const rule = world.rules.find(each => each.name === input.name)
    if (rule === undefined) throw new Refused('not-found', 'There is no such rule')
    return { rule }
  },
  'rules.reset': world => ({ rules: world.rules }),
  ...ROUTE_HANDLERS,
}
