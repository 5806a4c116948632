/** What every `Network` must do, whatever it speaks: begin, survive nonsense, end once, and leave nothing behind. */
import { describe, expect, it } from 'vitest'
import type { SessionEnd, SessionHandlers, SessionPurpose } from '../../src-main/connections/index.ts'
import type { Network } from '../../src-main/networks/network.ts'
import { seededRandom } from '../../src-main/time/index.ts'
import type { VirtualClock } from '../../src-main/time/index.ts'
import { HandConnection, PEER } from './bitcoin/stand.ts'

const PURPOSES: readonly SessionPurpose[] = ['automatic', 'permanent', 'manual', 'one-shot', 'feeler', 'inbound']

/**
 * @param make a fresh network on a fresh clock
 * @param expected who is dialed, on networks with identities
 */
export function describeNetwork(
  name: string,
  make: () => { network: Network; clock: VirtualClock },
  expected: string | null = null,
): void {
  describe(`${name} as a network`, () => {
    const open = (
      network: Network,
      purpose: SessionPurpose,
      more: Partial<SessionHandlers> = {},
    ): { connection: HandConnection; ends: SessionEnd[]; session: ReturnType<Network['openSession']> } => {
      const ends: SessionEnd[] = []
      const connection = new HandConnection(purpose === 'inbound' ? 'inbound' : 'outbound', PEER, () => {})
      const session = network.openSession(
        connection,
        purpose,
        {
          ready: () => {},
          ended: end => void ends.push(end),
          misbehaved: () => {},
          heard: () => {},
          addressesWanted: () => {},
          ...more,
        },
        expected,
      )
      return { connection, ends, session }
    }

    it('is named family/name', () => {
      const { network } = make()
      expect(network.id).toMatch(new RegExp(`^${network.family}/[a-z0-9]+$`))
      expect(network.defaultPort).toBeGreaterThan(0)
      expect(network.title).not.toBe('')
    })

    it.each(PURPOSES)('opens and closes a session: %s', async purpose => {
      const { network, clock } = make()
      const { connection, ends, session } = open(network, purpose)
      expect(session.connection).toBe(connection)
      expect(session.facts()).toMatchObject({ state: 'handshaking', agent: null, version: null, pingMs: null })
      session.askForAddresses()
      expect(session.tellAddresses([])).toBe(0)
      session.close({ code: 'requested', text: 'Enough.' })
      session.close({ code: 'banned', text: 'Again.' })
      connection.handlers?.closed({ by: 'local', text: 'Enough.' })
      expect(ends).toEqual([{ code: 'requested', text: 'Enough.' }])
      expect(connection.ending).not.toBeNull()
      expect(session.facts().state).toBe('ended')
      await network.close()
      expect(clock.pendingTimers).toBe(0)
    })

    it('ends a handshake that nobody takes part in', () => {
      const { network, clock } = make()
      const { ends } = open(network, 'inbound')
      clock.advance(120_000)
      expect(ends.map(({ code }) => code)).toEqual(['handshake-timeout'])
      expect(clock.pendingTimers).toBe(0)
    })

    it('ends when the connection does, and says so once', () => {
      const { network, clock } = make()
      const { connection, ends } = open(network, 'automatic')
      connection.handlers?.closed({ by: 'remote', text: 'The other end closed the connection.' })
      expect(ends.map(({ code }) => code)).toEqual(['remote'])
      expect(clock.pendingTimers).toBe(0)
    })

    it('ends by a named rule when it hears nothing but noise', () => {
      const { network } = make()
      const rules: string[] = []
      const { connection, ends } = open(network, 'inbound', { misbehaved: ({ rule }) => void rules.push(rule) })
      const random = seededRandom(3)
      for (let count = 0; count < 200 && ends.length === 0; count++) connection.handlers?.data(random.bytes(500))
      expect(ends.map(({ code }) => code)).toEqual(['misbehaviour'])
      expect(rules.length).toBeGreaterThan(0)
    })

    it('ends all its sessions when it is closed', async () => {
      const { network, clock } = make()
      const all = PURPOSES.map(purpose => open(network, purpose))
      await network.close()
      expect(all.map(({ ends }) => ends.map(({ code }) => code))).toEqual(PURPOSES.map(() => ['shutdown']))
      expect(clock.pendingTimers).toBe(0)
    })
  })
}
