import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src-main/time/index.ts'
import { createLookup } from '../../src-main/transport/lookup.ts'
import type { Lookup } from '../../src-main/transport/lookup.ts'
import { OPEN_POLICY } from '../../src-main/transport/policy.ts'
import type { RoutePolicy } from '../../src-main/transport/policy.ts'

const open = OPEN_POLICY
const proxy = { name: 'the proxy', host: '127.0.0.1', port: 9050, isTor: false }

function setUp(
  answer: (host: string) => Promise<readonly string[]>,
  policy: RoutePolicy = open,
): { clock: VirtualClock; lookup: Lookup; asked: string[]; askedTor: string[] } {
  const clock = new VirtualClock()
  const asked: string[] = []
  const resolver = (host: string): Promise<readonly string[]> => {
    asked.push(host)
    return answer(host)
  }
  const askedTor: string[] = []
  const lookup = createLookup({
    clock,
    resolver,
    policy: () => policy,
    askTor: ({ name }, host) => {
      askedTor.push(`${name}: ${host}`)
      return answer(host)
    },
    noted: (_by, _host, _reason, work) => work,
  })
  return { clock, asked, askedTor, lookup }
}

const failing = (code: string) => (): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }))
const code = (code: string, part = ''): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(part) })

describe('look-up', () => {
  it('gives each address once, with the port', async () => {
    const { lookup, clock, asked } = setUp(() =>
      Promise.resolve(['192.0.2.1', '2001:db8::1', '192.0.2.1', '::ffff:192.0.2.1', 'fe80::1%eth0', 'rubbish']),
    )
    const found = await lookup('Seed.Example.', { port: 8333 })
    expect(found.map(address => address.key)).toEqual(['192.0.2.1:8333', '[2001:db8::1]:8333'])
    expect(asked).toEqual(['seed.example'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('takes at most 256 addresses', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`)
    const { lookup } = setUp(() => Promise.resolve(many))
    expect(await lookup('seed.example', { port: 1 })).toHaveLength(256)
  })

  it('leaves out families that are switched off', async () => {
    const answer = (): Promise<readonly string[]> => Promise.resolve(['192.0.2.1', '2001:db8::1', 'fc00::1'])
    const keys = async (policy: RoutePolicy): Promise<string[]> =>
      (await setUp(answer, policy).lookup('a.example', { port: 1 })).map(address => address.key)
    expect(await keys({ ...open, ipv4: false })).toEqual(['[2001:db8::1]:1'])
    expect(await keys({ ...open, ipv6: false })).toEqual(['192.0.2.1:1'])
    await expect(keys({ ...open, ipv4: false, ipv6: false })).rejects.toEqual(code('blocked', 'both are switched off'))
  })

  it.each([
    ['ENOTFOUND', 'unknown-host', 'not known'],
    ['ENODATA', 'unknown-host', 'not known'],
    ['EAI_AGAIN', 'unreachable', 'No name server'],
    ['EMADEUP', 'failed', 'EMADEUP'],
  ])('says what %s means', async (systemCode, expected, part) => {
    await expect(setUp(failing(systemCode)).lookup('a.example', { port: 1 })).rejects.toEqual(code(expected, part))
  })

  it.each([
    ['pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion', 'blocked'],
    ['192.0.2.1', 'blocked'],
    ['a.example:99', 'blocked'],
    ['not a name', 'unknown-host'],
    ['wrong.onion', 'unknown-host'],
  ])('never asks for %s', async (host, expected) => {
    const { lookup, asked } = setUp(() => Promise.resolve([]))
    await expect(lookup(host, { port: 1 })).rejects.toEqual(code(expected))
    expect(asked).toEqual([])
  })

  it('asks nobody when the policy forbids it', async () => {
    for (const policy of [
      { ...open, proxy },
      { ...open, hostNames: false },
    ]) {
      const { lookup, asked } = setUp(() => Promise.resolve(['192.0.2.1']), policy)
      await expect(lookup('a.example', { port: 1 })).rejects.toEqual(code('blocked'))
      expect(asked).toEqual([])
    }
  })

  it('asks Tor, and never the system, where the policy says so', async () => {
    const tor = { ...proxy, name: 'Tor', isTor: true }
    for (const policy of [
      { ...open, proxy: tor },
      { ...open, proxy, onionProxy: tor },
      { ...open, proxy: tor, hostNames: false },
    ]) {
      const { lookup, asked, askedTor } = setUp(() => Promise.resolve(['2001:db8::7']), policy)
      expect((await lookup('a.example', { port: 1 })).map(({ key }) => key)).toEqual(['[2001:db8::7]:1'])
      expect([asked, askedTor]).toEqual([[], ['Tor: a.example']])
    }
  })

  it('asks the system for seeds behind an ordinary proxy only if the user allows it', async () => {
    const refused = setUp(() => Promise.resolve(['192.0.2.1']), { ...open, proxy })
    await expect(refused.lookup('seed.example', { port: 1, purpose: 'seed' })).rejects.toEqual(
      code('blocked', 'dialed'),
    )
    const allowed = setUp(() => Promise.resolve(['192.0.2.1']), { ...open, proxy, systemDnsForSeeds: true })
    expect(await allowed.lookup('seed.example', { port: 1, purpose: 'seed' })).toHaveLength(1)
    await expect(allowed.lookup('peer.example', { port: 1 })).rejects.toEqual(code('blocked'))
    expect([refused.asked, allowed.asked]).toEqual([[], ['seed.example']])
  })

  it('gives up after 5 s, or when aborted, and leaves no timer', async () => {
    const { lookup, clock } = setUp(() => new Promise(() => {}))
    const late = lookup('a.example', { port: 1 })
    const controller = new AbortController()
    const aborted = lookup('b.example', { port: 1, signal: controller.signal })
    controller.abort()
    await expect(aborted).rejects.toEqual(code('cancelled'))
    late.catch(() => {})
    await clock.run(5000)
    await expect(late).rejects.toEqual(code('timeout', '5 s'))
    expect(clock.pendingTimers).toBe(0)
  })

  it('asks for no more than 64 names at once, abandoned ones included', async () => {
    const answers: (() => void)[] = []
    const { lookup } = setUp(() => new Promise(resolve => answers.push(() => resolve(['192.0.2.1']))))
    const controller = new AbortController()
    for (let at = 0; at < 64; at++) lookup('a.example', { port: 1, signal: controller.signal }).catch(() => {})
    controller.abort()
    await expect(lookup('b.example', { port: 1 })).rejects.toEqual(code('local-limit'))
    for (const answer of answers.splice(0)) answer()
    await new Promise(resolve => setImmediate(resolve))
    const next = lookup('c.example', { port: 1 })
    for (const answer of answers) answer()
    expect(await next).toHaveLength(1)
  })
})
