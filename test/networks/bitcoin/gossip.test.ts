import { decodeAddr, decodeAddrV2, encodeAddrV2 } from '../../../src-main/networks/bitcoin/messages/addresses.ts'
import { onionAddress, parseAddress } from '../../../src-main/transport/index.ts'
import { describe, expect, it } from 'vitest'
import { PEER, Stand, theirVersion, told } from './stand.ts'

const MINUTE = 60_000

describe('gossip', () => {
  it('hears the answer to our question', () => {
    const stand = new Stand({ purpose: 'automatic' }).shake({}, 'sendaddrv2')
    stand.say('addrv2', encodeAddrV2(told(1000)))
    stand.say('addrv2', encodeAddrV2(told(1, 2000)))
    expect(stand.heard.map(({ addresses, solicited }) => [addresses.length, solicited])).toEqual([
      [1000, true],
      [1, true],
    ])
    expect(new Set(stand.heard[0]?.addresses.map(each => each.address.key)).size).toBe(1000)
    expect(stand.rules).toEqual([])
  })

  it('lets in what nobody asked for at 0.1 a second, drawn at random', () => {
    const stand = new Stand().shake()
    stand.clock.advance(30_000)
    stand.say('addrv2', encodeAddrV2(told(50)))
    expect(stand.heard.map(({ addresses, solicited }) => [addresses.length, solicited])).toEqual([[4, false]])
    expect(stand.heard[0]?.addresses.map(each => each.address.host)).not.toEqual([
      '9.0.0.0',
      '9.0.0.1',
      '9.0.0.2',
      '9.0.0.3',
    ])
    expect(stand.rules).toEqual([])
    expect(stand.session.facts().details).toMatchObject({ addressesTold: 50, addressesTaken: 4 })
  })

  it('counts a flood of addresses in hundreds', () => {
    const stand = new Stand().shake()
    stand.say('addrv2', encodeAddrV2(told(950)))
    stand.say('addrv2', encodeAddrV2(told(60)))
    expect(stand.breaches.map(({ rule, count }) => [rule, count])).toEqual([
      ['addr-flood', 900],
      ['addr-flood', 100],
    ])
  })

  it("lets a peer's own address in once beside the limit", () => {
    const stand = new Stand().shake()
    const own = { address: PEER, services: 9n, seenAt: 0 }
    stand.say('addrv2', encodeAddrV2(told(1)))
    stand.say('addrv2', encodeAddrV2([own])).say('addrv2', encodeAddrV2([own]))
    expect(stand.heard.flatMap(({ addresses }) => addresses.map(each => each.address.host))).toEqual([
      '9.0.0.0',
      PEER.host,
    ])
  })

  it('answers getaddr of those who came to us, once, and of nobody else', () => {
    const inbound = new Stand().shake().say('getaddr')
    expect(inbound.wanted).toBe(1)
    expect(inbound.session.facts().relaysAddresses).toBe(true)
    inbound.say('getaddr')
    expect(inbound.wanted).toBe(1)
    const outbound = new Stand({ purpose: 'automatic' }).shake().say('getaddr').say('getaddr')
    expect(outbound.wanted).toBe(0)
    expect(outbound.rules).toEqual([])
  })

  const onion = { address: onionAddress(new Uint8Array(32), 8333), services: 1n, seenAt: 1_767_000_000_000 }
  const host = { address: parseAddress('example.org:8333'), services: 1n, seenAt: 0 }

  it('tells every kind of address to those who take addrv2, and IP addresses to the rest', () => {
    const modern = new Stand().shake({}, 'sendaddrv2')
    expect(modern.session.tellAddresses([...told(2), onion, host])).toBe(3)
    expect(modern.sent[0]?.name).toBe('addrv2')
    expect(decodeAddrV2(modern.sent[0]?.payload ?? new Uint8Array(0)).usable).toBe(3)
    const old = new Stand().shake()
    expect(old.session.tellAddresses([...told(2), onion, host])).toBe(2)
    expect(old.sent[0]?.name).toBe('addr')
    expect(decodeAddr(old.sent[0]?.payload ?? new Uint8Array(0)).at(1)).toEqual(told(2)[1])
    expect(old.session.tellAddresses([onion])).toBe(0)
    expect(modern.session.tellAddresses(told(1500))).toBe(1000)
  })

  it('asks again only when no answer is awaited', () => {
    const stand = new Stand({ purpose: 'manual' }).shake()
    stand.session.askForAddresses()
    expect(stand.takeSent()).toEqual([])
    stand.say('addrv2', encodeAddrV2(told(5)))
    stand.session.askForAddresses()
    expect(stand.takeSent()).toEqual(['getaddr'])
  })

  it('names our own address, if there is one to name, first in a message of its own and then about daily', () => {
    const own = parseAddress('203.0.113.5:8333')
    const stand = new Stand({ purpose: 'automatic', ownAddress: () => own })
    const answerPings = (): void => {
      for (const { name, payload } of stand.sent) if (name === 'ping') stand.say('pong', payload)
    }
    stand.say('version', theirVersion()).say('sendaddrv2').say('verack')
    answerPings()
    stand.takeSent()
    stand.clock.advance(1000)
    expect(stand.takeSent()).toEqual(['addrv2'])
    const counts: number[] = []
    for (let day = 0; day < 20; day++) {
      for (let minutes = 0; minutes < 24 * 60; minutes += 10) {
        stand.clock.advance(10 * MINUTE)
        answerPings()
        while (stand.sent[0]?.name === 'ping') stand.sent.shift()
      }
      counts.push(stand.takeSent().filter(name => name === 'addrv2').length)
    }
    const perDay = counts.reduce((sum, count) => sum + count, 0) / counts.length
    expect(perDay).toBeGreaterThan(0.3)
    expect(perDay).toBeLessThan(2)
    const silent = new Stand({ purpose: 'automatic' }).shake()
    silent.clock.advance(1000)
    expect(silent.takeSent()).toEqual([])
    const quietInbound = new Stand({ ownAddress: () => own }).shake()
    quietInbound.clock.advance(1000)
    expect(quietInbound.takeSent()).toEqual([])
  })
})

describe('purposes', () => {
  it('a feeler shakes hands and leaves', () => {
    const stand = new Stand({ purpose: 'feeler' }).shake()
    expect(stand.readyCount).toBe(1)
    expect(stand.endCodes).toEqual(['requested'])
    expect(stand.takeSent()).toEqual([])
  })

  it('a one-shot asks, hears and leaves', () => {
    const stand = new Stand({ purpose: 'one-shot' }).shake()
    stand.say('addrv2', encodeAddrV2([{ address: PEER, services: 1n, seenAt: 0 }]))
    expect(stand.ends).toEqual([])
    stand.say('addrv2', encodeAddrV2(told(7)))
    expect(stand.heard.at(-1)?.addresses).toHaveLength(7)
    expect(stand.endCodes).toEqual(['requested'])
  })

  it('a one-shot leaves after 30 seconds without an answer', () => {
    const stand = new Stand({ purpose: 'one-shot' }).shake()
    stand.clock.advance(29_000)
    expect(stand.ends).toEqual([])
    stand.clock.advance(1000)
    expect(stand.endCodes).toEqual(['requested'])
  })
})
