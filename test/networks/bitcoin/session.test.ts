import { encodeFrame } from '../../../src-main/networks/bitcoin/frame.ts'
import { encodeSendCompact, encodeU64 } from '../../../src-main/networks/bitcoin/messages/control.ts'
import { describe, expect, it } from 'vitest'
import { HandConnection, REGTEST, Stand, entries, theirVersion, told } from './stand.ts'
import { concat, hex } from './wire.ts'

const MINUTE = 60_000

describe('keep-alive', () => {
  it('pings at once and every two minutes, and measures', () => {
    const stand = new Stand().shake()
    stand.clock.advance(0)
    const again = new Stand()
    again.say('version', theirVersion()).say('verack')
    const ping = again.sent.find(({ name }) => name === 'ping')
    again.clock.advance(120)
    again.say('pong', ping?.payload)
    expect(again.session.facts()).toMatchObject({ pingMs: 120, minPingMs: 120 })
    again.sent.length = 0
    again.clock.advance(2 * MINUTE - 120 - 1)
    expect(again.takeSent()).toEqual([])
    again.clock.advance(1)
    const second = again.sent[0]
    expect(second?.name).toBe('ping')
    again.clock.advance(300)
    again.say('pong', second?.payload)
    expect(again.session.facts()).toMatchObject({ pingMs: 300, minPingMs: 120 })
    expect(again.rules).toEqual([])
  })

  it('answers pings with their nonce', () => {
    const stand = new Stand().shake().say('ping', hex('0102030405060708'))
    expect(stand.sent).toEqual([{ name: 'pong', payload: hex('0102030405060708') }])
  })

  it('gives no answer to the empty ping of old versions', () => {
    const stand = new Stand().shake({ version: 60_000 }).say('ping')
    expect(stand.takeSent()).toEqual([])
    expect(stand.rules).toEqual([])
  })

  it('ends after 20 minutes without a message', () => {
    const stand = new Stand().shake({ version: 60_000 })
    stand.clock.advance(20 * MINUTE - 1)
    expect(stand.ends).toEqual([])
    stand.clock.advance(1)
    expect(stand.endCodes).toEqual(['timeout'])
  })

  it('ends after 20 minutes without a pong, whatever else is said', () => {
    const stand = new Stand().shake()
    for (let minute = 0; minute < 20; minute++) {
      expect(stand.ends).toEqual([])
      stand.clock.advance(MINUTE)
      stand.say('whatever')
    }
    expect(stand.endCodes).toEqual(['timeout'])
    expect(stand.ends[0]?.end.text).toContain('ping')
  })

  it('needs one timer for any number of sessions, and none for no session', () => {
    const first = new Stand()
    expect(first.clock.pendingTimers).toBe(1)
    const others = Array.from({ length: 50 }, () => new Stand({ network: first.network, clock: first.clock }).shake())
    expect(first.clock.pendingTimers).toBe(1)
    for (const stand of [first, ...others]) stand.session.close({ code: 'requested', text: 'Enough.' })
    expect(first.clock.pendingTimers).toBe(0)
  })
})

describe('floods and laggards', () => {
  it('pings beyond the budget get points and no answer', () => {
    const stand = new Stand().shake()
    for (let count = 0; count < 25; count++) stand.say('ping', new Uint8Array(8))
    expect(stand.takeSent()).toHaveLength(20)
    expect(stand.rules).toEqual(Array(5).fill('ping-flood'))
    stand.clock.advance(5000)
    stand.say('ping', new Uint8Array(8))
    expect(stand.takeSent()).toHaveLength(1)
  })

  it('messages beyond the budget are passed over with points, big ones sooner', () => {
    const small = new Stand().shake()
    for (let count = 0; count < 420; count++) small.say('unknown')
    expect(new Set(small.rules)).toEqual(new Set(['message-flood']))
    // 422 messages, of which version and the rest took one by their bytes
    expect(small.rules).toHaveLength(422 - 399)
    const big = new Stand().shake()
    for (let count = 0; count < 10; count++) big.say('unknown', new Uint8Array(3_900_000))
    expect(big.rules).toHaveLength(3)
  })

  it('a peer that does not read is not read either, and goes on where it was when it reads again', () => {
    const stand = new Stand().shake()
    stand.connection.reads = false
    const getdata = encodeFrame(REGTEST.magic, 'getdata', entries(1, 500))
    const chunk = concat(...Array.from({ length: 100 }, () => getdata))
    stand.bytes(chunk)
    expect(stand.connection.isPaused).toBe(true)
    expect(stand.connection.queuedBytes).toBeLessThan(1_000_000 + 20_000)
    const before = stand.sent.length
    stand.bytes(encodeFrame(REGTEST.magic, 'ping', new Uint8Array(8)))
    expect(stand.sent).toHaveLength(before)
    stand.connection.queuedBytes = 0
    stand.connection.reads = true
    stand.connection.handlers?.drain?.()
    expect(stand.takeSent().filter(name => name === 'notfound')).toHaveLength(100)
    expect(stand.connection.isPaused).toBe(false)
    expect(stand.counted.at(-1)).toMatch(/^out pong/)
  })

  it.each([
    ['for two minutes', (stand: Stand): unknown => stand.clock.advance(2 * MINUTE + 1000)],
    ['while it sends 5 MB more', (stand: Stand): unknown => stand.bytes(new Uint8Array(5_000_001))],
  ])('a peer that does not read %s is disconnected', (_, act) => {
    const stand = new Stand().shake()
    stand.connection.reads = false
    const getdata = encodeFrame(REGTEST.magic, 'getdata', entries(1, 500))
    stand.bytes(concat(...Array.from({ length: 100 }, () => getdata)))
    expect(stand.ends).toEqual([])
    act(stand)
    expect(stand.endCodes).toEqual(['timeout'])
  })
})

describe('facts and counts', () => {
  it('show what the peer said, with nothing in it that could deceive the eye', () => {
    const stand = new Stand()
    stand.say('version', theirVersion({ agent: '/Te\u202Est\u0007:1/', time: stand.clock.now() / 1000 + 5 }))
    stand.say('sendaddrv2').say('verack').say('sendheaders').say('feefilter', encodeU64(2500n))
    stand.say('sendcmpct', encodeSendCompact({ isHighBandwidth: true, version: 2n }))
    expect(stand.session.facts()).toMatchObject({
      agent: '/Te?st?:1/',
      version: 70_016,
      services: 0x409n,
      capabilities: ['NETWORK', 'WITNESS', 'NETWORK_LIMITED'],
      height: 900_000,
      timeOffsetMs: 5000,
      identity: null,
      details: { addrv2: true, sendheaders: true, feeFilter: 2500, sendcmpct: 2, highBandwidth: true, relay: true },
    })
    expect(stand.session.facts().seenAs?.key).toBe('203.0.113.5:8333')
  })

  it('count every message by kind, unknown ones together', () => {
    const stand = new Stand().shake()
    stand.counted.length = 0
    stand.say('ping', new Uint8Array(8)).say('mystery', new Uint8Array(5)).say('riddle')
    expect(stand.counted).toEqual(['in ping 32', 'out pong 32', 'in other 29', 'in other 24'])
  })
})

describe('the end', () => {
  it.each([
    ['remote', 'remote', 'The other end closed the connection.'],
    ['error', 'connection', 'The connection was reset.'],
  ] as const)('tells once why a connection ended: %s', (by, code, text) => {
    const stand = new Stand().shake()
    stand.connection.handlers?.closed({ by, text })
    stand.session.close({ code: 'requested', text: 'Again.' })
    expect(stand.ends).toEqual([{ end: { code, text }, closed: { by, text } }])
    const early = new Stand()
    early.connection.handlers?.closed({ by, text })
    expect(early.ends[0]?.end.text).toMatch(/during the handshake\.$/)
  })

  it('hears nothing afterwards', () => {
    const stand = new Stand().shake()
    stand.session.close({ code: 'requested', text: 'Enough.' })
    stand.connection.handlers?.closed({ by: 'local', text: 'Enough.' })
    stand.say('ping', new Uint8Array(8)).say('mempool')
    stand.clock.advance(60 * MINUTE)
    expect(stand.ends).toHaveLength(1)
    expect(stand.takeSent()).toEqual([])
    expect(stand.rules).toEqual([])
    expect(stand.session.facts().state).toBe('ended')
    expect(stand.session.tellAddresses(told(1))).toBe(0)
  })

  it('comes to all sessions with the network', async () => {
    const first = new Stand()
    const second = new Stand({ network: first.network, clock: first.clock, purpose: 'manual' }).shake()
    await first.network.close()
    expect([first.endCodes, second.endCodes]).toEqual([['shutdown'], ['shutdown']])
    expect(first.connection).toBeInstanceOf(HandConnection)
    expect(first.clock.pendingTimers).toBe(0)
  })
})
