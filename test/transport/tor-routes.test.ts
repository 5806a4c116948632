/** What Tor's SOCKS port does beyond a proxy: look-ups, isolation by credentials; and the test of a proxy. */
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock, seededRandom } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport, parseAddress } from '../../src-main/transport/index.ts'
import type { RoutePolicy, Transport } from '../../src-main/transport/index.ts'
import { readAnswer, resolvePtrRequest, resolveRequest } from '../../src-main/transport/tor-resolve.ts'
import { createWitness } from '../../src-main/transport/witness.ts'
import { startSocksServer } from '../support/socks-server.ts'
import type { SocksServer, SocksServerOptions } from '../support/socks-server.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => void (await Promise.all(closers.splice(0).map(close => close()))))

const ONION = parseAddress('pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333')
const address4 = Uint8Array.of(5, 0, 0, 1, 192, 0, 2, 7, 0, 0)
/** As Tor answers the question of the proxy test. */
const echo = Uint8Array.of(5, 0, 0, 1, 192, 0, 2, 1, 0, 0)
const refusal = (code: number): Uint8Array => Uint8Array.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0)

async function setUp(
  options: SocksServerOptions,
  policy: (port: number) => RoutePolicy,
): Promise<{ tor: SocksServer; transport: Transport; asked: string[]; clock: VirtualClock }> {
  const tor = await startSocksServer(options)
  closers.push(() => tor.close())
  const asked: string[] = []
  const clock = new VirtualClock()
  const transport = createTransport({
    clock,
    log: silentLog,
    policy: policy(tor.port),
    random: seededRandom(1),
    resolver: host => {
      asked.push(host)
      return Promise.resolve(['192.0.2.1'])
    },
  })
  closers.push(() => transport.close())
  return { tor, transport, asked, clock }
}

const throughTor =
  (isolation: RoutePolicy['isolation'] = 'off', more: Partial<RoutePolicy> = {}) =>
  (port: number): RoutePolicy => ({
    ...OPEN_POLICY,
    proxy: { name: 'Tor', host: '127.0.0.1', port, isTor: true, user: 'own', password: 'secret' },
    isolation,
    ...more,
  })

describe('look-ups through Tor', () => {
  it('asks by RESOLVE and takes IPv4 and IPv6 answers; the system is never asked', async () => {
    const resolve: SocksServerOptions['resolve'] = ({ host }) =>
      host === 'four.example'
        ? address4
        : Uint8Array.of(5, 0, 0, 4, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0)
    const { transport, tor, asked } = await setUp({ resolve }, throughTor())
    expect((await transport.lookup('four.example', { port: 8333 })).map(({ key }) => key)).toEqual(['192.0.2.7:8333'])
    expect((await transport.lookup('six.example', { port: 8333 })).map(({ key }) => key)).toEqual([
      '[2001:db8::9]:8333',
    ])
    expect(tor.requests.map(({ command, host, port }) => [command, host, port])).toEqual([
      [0xf0, 'four.example', 0],
      [0xf0, 'six.example', 0],
    ])
    expect(asked).toEqual([])
    expect(transport.ledger()).toMatchObject({ lookups: { tor: { begun: 2, done: 2 } }, contradictions: [] })
  })

  it('keeps the look-ups of networks apart where dials are, and notes who asked', async () => {
    const { transport, tor } = await setUp({ resolve: () => address4 }, throughTor('network'))
    for (const network of ['bitcoin/mainnet', 'bitcoin/mainnet', 'bitcoin/signet'])
      await transport.lookup('seed.example', { port: 1, purpose: 'seed', network })
    const [first, again, other] = tor.requests.map(({ user }) => user)
    expect([first === again, first === other]).toEqual([true, false])
    expect(transport.ledger().entries.map(({ network, route }) => `${network} ${route}`)).toEqual([
      'bitcoin/signet tor',
      'bitcoin/mainnet tor',
      'bitcoin/mainnet tor',
    ])
  })

  it('asks for the name of an address by RESOLVE_PTR', async () => {
    const resolve = (): Uint8Array => Uint8Array.of(5, 0, 0, 3, 12, ...new TextEncoder().encode('Peer.Example'), 0, 0)
    const { transport, tor } = await setUp({ resolve }, throughTor())
    expect(await transport.lookupName('192.0.2.7')).toBe('peer.example')
    expect(tor.requests[0]).toMatchObject({ command: 0xf1, host: '192.0.2.7' })
  })

  it.each([
    [1, 'proxy-refused', 'failed to look up a.example'],
    [2, 'proxy-refused', 'rules'],
    [3, 'unreachable', 'no relay'],
    [4, 'unknown-host', 'nothing about a.example'],
    [5, 'refused', 'exit relay'],
    [6, 'timeout', 'too long'],
    [7, 'proxy-refused', 'not Tor'],
    [8, 'proxy-refused', 'names like a.example'],
    [0x63, 'proxy-refused', 'unknown code 63'],
    [0xf0, 'unreachable', 'descriptor'],
    [0xf6, 'unknown-host', 'onion'],
    [0xf7, 'timeout', 'in time'],
  ])('says what reply %i means', async (code, expected, part) => {
    const { transport } = await setUp({ resolve: () => refusal(code) }, throughTor())
    await expect(transport.lookup('a.example', { port: 1 })).rejects.toMatchObject({
      code: expected,
      message: expect.stringContaining(part),
    })
  })

  it.each([
    ['wrong version', Uint8Array.of(4, 0, 0, 1, 1, 2, 3, 4, 0, 0), 'byte 04'],
    ['unknown type', Uint8Array.of(5, 0, 0, 9, 1, 2, 3, 4, 0, 0), 'unknown type'],
    ['a name that is none', Uint8Array.of(5, 0, 0, 3, 2, 0x20, 0x0a, 0, 0), 'not a host name'],
    ['more than an answer', Uint8Array.of(...address4, 9), 'more than its answer'],
    ['an answer cut short', Uint8Array.of(5, 0, 0, 4, 1, 2, 3), 'closed the connection'],
    ['nothing', new Uint8Array(0), 'closed the connection'],
  ])('complains about %s', async (_name, reply, part) => {
    const { transport } = await setUp({ resolve: () => reply }, throughTor())
    await expect(transport.lookup('a.example', { port: 1 })).rejects.toMatchObject({
      code: 'proxy-protocol',
      message: expect.stringContaining(part),
    })
  })

  it('ends when aborted and when time is up, and leaves no timer', async () => {
    const { transport, clock, tor } = await setUp(
      { connectTo: () => null, resolve: () => new Uint8Array(0) },
      port => ({
        ...throughTor()(port),
        proxy: { name: 'Tor', host: '127.0.0.1', port, isTor: true },
      }),
    )
    const controller = new AbortController()
    controller.abort()
    const aborted = transport.lookup('a.example', { port: 1, signal: controller.signal })
    await expect(aborted).rejects.toMatchObject({ code: 'cancelled' })
    expect([clock.pendingTimers, tor.requests.length]).toEqual([0, 0])
  })

  it.each(['a.onion', 'x.exit', 'b.i2p', 'no name', 'a'.repeat(254)])('never asks for %s', name => {
    expect(() => resolveRequest(name)).toThrow()
  })

  it('writes requests as socks-extensions says', () => {
    expect(Buffer.from(resolveRequest('A.Example')).toString('hex')).toBe('05f0000309612e6578616d706c650000')
    expect(Buffer.from(resolvePtrRequest('192.0.2.7')).toString('hex')).toBe('05f10001c00002070000')
    expect(resolvePtrRequest('2001:db8::1')).toHaveLength(22)
    expect(() => resolvePtrRequest('peer.example')).toThrow()
  })

  it('reads whatever bytes without a fault of its own', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 4), fc.uint8Array({ maxLength: 300 }), (type, rest) => {
        try {
          const { text } = readAnswer(Uint8Array.of(5, 0, 0, type, ...rest))
          expect(text.length).toBeLessThanOrEqual(253)
        } catch (error) {
          expect(error).toMatchObject({ code: 'proxy-protocol' })
        }
      }),
    )
  })
})

describe('look-ups under way', () => {
  const silence: SocksServerOptions = { resolve: () => new Uint8Array(0), isSilent: true }

  it('end when a new policy knows that Tor no more, and stay when it does', async () => {
    const { transport, tor } = await setUp(silence, throughTor())
    const lookup = transport.lookup('a.example', { port: 1 })
    lookup.catch(() => {})
    await tor.whenAsked('a.example')
    transport.setPolicy({ ...throughTor('peer')(tor.port), ipv6: false })
    expect(transport.ledger().refused).toBe(0)
    transport.setPolicy(OPEN_POLICY)
    await expect(lookup).rejects.toMatchObject({ code: 'blocked', message: expect.stringContaining('changed') })
    expect(transport.ledger().entries[0]).toMatchObject({ kind: 'lookup', target: 'a.example', route: 'refused' })
    expect(transport.ledger().refused).toBe(1)
  })

  it('end when the transport is closed', async () => {
    const { transport, tor, clock } = await setUp(silence, throughTor())
    const lookup = transport.lookup('a.example', { port: 1 })
    lookup.catch(() => {})
    await tor.whenAsked('a.example')
    await transport.close()
    await expect(lookup).rejects.toMatchObject({ code: 'cancelled' })
    expect(clock.pendingTimers).toBe(0)
  })

  it('are 64 at most', async () => {
    const { transport } = await setUp(silence, throughTor())
    for (let at = 0; at < 64; at++) transport.lookup('a.example', { port: 1 }).catch(() => {})
    await expect(transport.lookup('b.example', { port: 1 })).rejects.toMatchObject({ code: 'local-limit' })
  })
})

describe('isolation', () => {
  const connectNowhere: SocksServerOptions = { connectTo: () => ({ host: '127.0.0.1', port: 1 }) }
  const dialTwice = async (
    isolation: RoutePolicy['isolation'],
    more: Partial<RoutePolicy> = {},
  ): Promise<readonly string[]> => {
    const { transport, tor } = await setUp(connectNowhere, throughTor(isolation, more))
    for (const [target, network] of [
      ['192.0.2.1:1', 'bitcoin/mainnet'],
      ['192.0.2.1:1', 'bitcoin/mainnet'],
      ['192.0.2.2:1', 'bitcoin/mainnet'],
      ['192.0.2.2:1', 'bitcoin/signet'],
    ] as const)
      await transport.dial(parseAddress(target), { network }).catch(() => {})
    return tor.requests.map(({ user, password }) => `${user}:${password}`)
  }

  it('gives every dial credentials of its own: 8 random bytes each, in place of the configured ones', async () => {
    const seen = await dialTwice('dial')
    expect(new Set(seen).size).toBe(4)
    for (const one of seen) expect(one).toMatch(/^[0-9a-f]{16}:[0-9a-f]{16}$/)
  })

  it('gives every peer its own', async () => {
    const [first, again, other] = await dialTwice('peer')
    expect([first === again, first === other]).toEqual([true, false])
  })

  it('gives every network its own', async () => {
    const [first, , sameNetwork, otherNetwork] = await dialTwice('network')
    expect([first === sameNetwork, first === otherNetwork]).toEqual([true, false])
  })

  it('uses the configured ones when switched off, and for a proxy beside the onion proxy', async () => {
    expect(new Set(await dialTwice('off'))).toEqual(new Set(['own:secret']))
    const onionProxy = { name: 'other', host: '127.0.0.1', port: 1, isTor: true }
    expect(new Set(await dialTwice('dial', { onionProxy }))).toEqual(new Set(['own:secret']))
  })

  it('dials onion services by their name through the onion proxy', async () => {
    const { transport, tor } = await setUp(connectNowhere, port => ({
      ...OPEN_POLICY,
      onionProxy: { name: 'Tor', host: '127.0.0.1', port, isTor: true },
      isolation: 'dial',
    }))
    await transport.dial(ONION).catch(() => {})
    expect(tor.requests.map(({ host, port }) => `${host}:${port}`)).toEqual([ONION.key])
    expect(transport.ledger().dials.tor?.begun).toBe(1)
  })
})

describe('the test of a proxy', () => {
  const probe = async (
    options: SocksServerOptions,
    credentials: { user: string; password: string } | null,
  ): Promise<Awaited<ReturnType<Transport['probe']>>> => {
    const { transport, tor } = await setUp(options, () => OPEN_POLICY)
    return transport.probe({ host: '127.0.0.1', port: tor.port, credentials })
  }
  const password = { user: 'u', password: 'p' }

  it('knows Tor, by a question that nothing leaves it for', async () => {
    const found = await probe({ resolve: ({ host }) => (host === '192.0.2.1' ? echo : refusal(4)) }, null)
    expect(found).toMatchObject({ isReachable: true, isSocks5: true, password: 'none', isTor: true })
    expect(found.text).toContain('is Tor')
  })

  it.each([
    ['a command not known', {}, false],
    ['a failure', { resolve: () => refusal(1) }, false],
    ['a closed connection', { resolve: () => new Uint8Array(0) }, false],
    ['another address', { resolve: () => address4 }, null],
  ] as const)('is told by %s whether it is Tor', async (_what, options, isTor) => {
    expect(await probe(options, password)).toMatchObject({ isSocks5: true, isTor })
  })

  it.each([
    [null, 'needed'],
    [{ user: 'u', password: 'wrong' }, 'refused'],
    [password, 'accepted'],
  ] as const)('says of %j that the password is %s', async (credentials, expected) => {
    const found = await probe({ password, resolve: () => refusal(4) }, credentials)
    expect(found.password).toBe(expected)
  })

  it('says that nobody answers, or that it is no proxy', async () => {
    const { transport } = await setUp({}, () => OPEN_POLICY)
    const nobody = await transport.probe({ host: '127.0.0.1', port: 1, credentials: null })
    expect(nobody).toMatchObject({ isReachable: false, isSocks5: false })
    expect(nobody.text).toContain('cannot be reached')
  })

  it('does not look at strangers while everything goes through Tor', async () => {
    const { transport } = await setUp({}, throughTor())
    await expect(transport.probe({ host: '192.0.2.9', port: 1, credentials: null })).rejects.toMatchObject({
      code: 'blocked',
    })
    expect(transport.ledger().contradictions).toEqual([])
  })
})

describe('the witness', () => {
  const proxy = { name: 'Tor', host: '127.0.0.1', port: 9050, isTor: true }
  const watch = (policy: RoutePolicy): { witness: ReturnType<typeof createWitness>; said: string[] } => {
    const said: string[] = []
    return {
      witness: createWitness(
        () => policy,
        text => void said.push(text),
      ),
      said,
    }
  }

  it('stops and reports a socket that goes around the proxy, whatever the policy decided', () => {
    const { witness, said } = watch({ ...OPEN_POLICY, proxy })
    expect(() => witness.socket(parseAddress('192.0.2.1:8333'))).toThrow('about to be opened')
    expect(() => witness.socket(parseAddress('127.0.0.1:9051'))).toThrow()
    witness.socket(parseAddress('127.0.0.1:9050'))
    expect(said).toHaveLength(2)
  })

  it('stops and reports a question to the system that the settings forbid', async () => {
    const { witness, said } = watch({ ...OPEN_POLICY, proxy })
    let asked = 0
    const resolver = witness.systemResolver(() => {
      asked += 1
      return Promise.resolve([])
    })
    await expect(resolver('seed.example')).rejects.toMatchObject({ code: 'blocked' })
    expect([asked, said.length]).toEqual([0, 1])
  })

  it('asks the system for the names of proxies only', async () => {
    const { witness, said } = watch({ ...OPEN_POLICY, proxy: { ...proxy, host: 'proxy.example' } })
    const resolver = witness.proxyResolver(() => Promise.resolve(['192.0.2.5']))
    await expect(resolver('peer.example')).rejects.toMatchObject({ code: 'blocked' })
    expect(said).toHaveLength(1)
  })

  it('lets the system be asked for seeds only where the settings allow it and no Tor could be asked', async () => {
    const answers = async (policy: Partial<RoutePolicy>): Promise<boolean> => {
      const { witness } = watch({ ...OPEN_POLICY, proxy, systemDnsForSeeds: true, ...policy })
      return witness
        .systemResolver(() => Promise.resolve([]))('seed.example')
        .then(
          () => true,
          () => false,
        )
    }
    expect(await answers({})).toBe(false)
    expect(await answers({ onion: false })).toBe(true)
    expect(await answers({ onion: false, systemDnsForSeeds: false })).toBe(false)
    expect(await answers({ proxy: { ...proxy, isTor: false } })).toBe(true)
  })

  it('lets a proxy of this machine be tested by name, twice at once, and no longer than the test lasts', async () => {
    const { witness, said } = watch({ ...OPEN_POLICY, proxy })
    const target = parseAddress('localhost:1080')
    const first = witness.whileProbing(target, () => Promise.resolve())
    await witness.whileProbing(target, async () => {
      await first
      await witness.proxyResolver(() => Promise.resolve(['127.0.0.1']))('localhost')
      witness.socket(parseAddress('127.0.0.1:1080'))
    })
    expect(said).toEqual([])
    expect(() => witness.socket(parseAddress('127.0.0.1:1080'))).toThrow()
  })

  it('knows the addresses of a proxy that was given by name', async () => {
    const { witness } = watch({ ...OPEN_POLICY, proxy: { ...proxy, host: 'proxy.example' } })
    expect(() => witness.socket(parseAddress('192.0.2.5:9050'))).toThrow()
    await witness.proxyResolver(() => Promise.resolve(['192.0.2.5']))('proxy.example')
    witness.socket(parseAddress('192.0.2.5:9050'))
  })
})
