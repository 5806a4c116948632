import { encodeFeature } from '../../../src-main/networks/bitcoin/messages/control.ts'
import { decodeVersion } from '../../../src-main/networks/bitcoin/messages/version.ts'
import { ipAddress } from '../../../src-main/transport/index.ts'
import { describe, expect, it } from 'vitest'
import { PEER, Stand, theirVersion } from './stand.ts'

describe('the handshake', () => {
  it('goes in order when we dialed', () => {
    const stand = new Stand({ purpose: 'automatic' })
    expect(stand.takeSent()).toEqual(['version'])
    stand.say('version', theirVersion())
    expect(stand.takeSent()).toEqual(['wtxidrelay', 'sendaddrv2', 'verack'])
    stand.say('wtxidrelay').say('sendaddrv2')
    expect(stand.session.facts().state).toBe('handshaking')
    expect(stand.readyCount).toBe(0)
    stand.say('verack')
    expect(stand.readyCount).toBe(1)
    expect(stand.takeSent()).toEqual(['sendheaders', 'getaddr', 'ping'])
    expect(stand.session.facts().state).toBe('ready')
    expect(stand.rules).toEqual([])
  })

  it('goes in order when we were dialed, and does not ask for addresses', () => {
    const stand = new Stand({ purpose: 'inbound' })
    expect(stand.takeSent()).toEqual([])
    stand.say('version', theirVersion())
    expect(stand.takeSent()).toEqual(['version', 'wtxidrelay', 'sendaddrv2', 'verack'])
    stand.say('verack')
    expect(stand.takeSent()).toEqual(['sendheaders', 'ping'])
  })

  it('says who we are: version 70016, no services, no transactions, their address as we see it', () => {
    const stand = new Stand({ purpose: 'manual' })
    const message = decodeVersion(stand.sent[0]?.payload ?? new Uint8Array(0))
    expect(message).toMatchObject({ version: 70_016, services: 0n, relay: false, height: 0, agent: '/Warren:0.1.0/' })
    expect(message.time).toBe(stand.clock.now() / 1000)
    expect(ipAddress(message.receiver.ip, message.receiver.port).key).toBe(PEER.key)
  })

  it.each([
    [70_015, ['verack'], ['sendheaders', 'ping']],
    [70_011, ['verack'], ['ping']],
    [60_000, ['verack'], []],
  ])('sends a peer of version %i only what it knows', (version, opening, after) => {
    const stand = new Stand().say('version', theirVersion({ version }))
    expect(stand.takeSent().slice(1)).toEqual(opening)
    stand.say('verack')
    expect(stand.takeSent()).toEqual(after)
  })

  it('passes over unknown messages and features on the way', () => {
    const stand = new Stand().say('version', theirVersion({ version: 70_017 }))
    stand.say('sendtxrcncl', new Uint8Array(12)).say('somethingnew', new Uint8Array(2000))
    stand.say('feature', encodeFeature({ id: 'some-feature', data: new Uint8Array(0) })).say('verack')
    expect(stand.rules).toEqual([])
    expect(stand.session.facts().details['features']).toBe('some-feature')
  })

  it('must end within 60 seconds', () => {
    const stand = new Stand().say('version', theirVersion())
    stand.clock.advance(59_000)
    expect(stand.ends).toEqual([])
    stand.clock.advance(1000)
    expect(stand.endCodes).toEqual(['handshake-timeout'])
    expect(stand.connection.ending).toBe('destroy')
    expect(stand.clock.pendingTimers).toBe(0)
  })

  it('refuses versions below 31800 with the reason, to the peer and to people', () => {
    const stand = new Stand().say('version', theirVersion({ version: 31_799 }))
    expect(stand.takeSent()).toEqual(['reject'])
    expect(stand.ends[0]?.end).toEqual({
      code: 'incompatible',
      text: 'The peer speaks version 31799 of the protocol; at least 31800 is needed.',
    })
    expect(stand.connection.ending).toBe('close')
    expect(new Stand().say('version', theirVersion({ version: 31_800 })).ends).toEqual([])
  })

  it('finds out that it is talking to itself, at both ends', () => {
    const dialing = new Stand({ purpose: 'automatic' })
    const dialed = new Stand({ network: dialing.network, clock: dialing.clock })
    dialed.say('version', dialing.sent[0]?.payload)
    expect(dialed.endCodes).toEqual(['self'])
    expect(dialing.endCodes).toEqual(['self'])
    const mirrored = new Stand({ purpose: 'automatic' })
    mirrored.say('version', mirrored.sent[0]?.payload)
    expect(mirrored.endCodes).toEqual(['self'])
  })

  it('forgets a nonce with its handshake', () => {
    const dialing = new Stand({ purpose: 'automatic' })
    const version = dialing.sent[0]?.payload
    dialing.shake()
    const later = new Stand({ network: dialing.network, clock: dialing.clock }).say('version', version)
    expect(later.ends).toEqual([])
  })
})
