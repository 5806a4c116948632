/** The transport against a real Tor: dials through an exit, look-ups, isolation, the test of a proxy, errors in words. */
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src-main/log/index.ts'
import { systemClock, systemRandom } from '../../../src-main/time/index.ts'
import { openControl, wantedEvents } from '../../../src-main/tor/control.ts'
import type { TorEvent } from '../../../src-main/tor/parse.ts'
import { OPEN_POLICY, connectLocal, createTransport, parseAddress } from '../../../src-main/transport/index.ts'
import type { Address, Connection, Isolation, RoutePolicy, Transport } from '../../../src-main/transport/index.ts'
import { startTorNetwork, whyNoTorNetwork } from './network.ts'
import type { TorNetwork, TorNode } from './network.ts'

const missing = whyNoTorNetwork()

/** A stream as Tor's control port tells of it. */
interface Seen {
  readonly circuit: string | null
  readonly user: string | null
}

/** The onion address of nobody: a valid key whose owner publishes nothing. */
const nobody = parseAddress('pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333')

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

describe.skipIf(missing !== null)(
  `routes through a real Tor${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    let network: TorNetwork
    let node: TorNode
    let echo: Server
    let peer: Address
    /** A second SOCKS port of the same Tor, which tells more about onion services. */
    let wordsPort = 0
    const transports: Transport[] = []
    const systemAsked: string[] = []

    const policy = (isolation: Isolation = 'off'): RoutePolicy => ({
      ...OPEN_POLICY,
      proxy: { name: 'Tor', host: '127.0.0.1', port: node.socksPort, isTor: true },
      isolation,
    })
    const open = (chosen: RoutePolicy = policy()): Transport => {
      const transport = createTransport({
        clock: systemClock,
        log: silentLog,
        policy: chosen,
        resolver: host => {
          systemAsked.push(host)
          return Promise.reject(new Error('the system was asked'))
        },
      })
      transports.push(transport)
      return transport
    }
    /** Sends a word and gives what comes back. */
    const say = (connection: Connection): Promise<string> =>
      new Promise((resolve, reject) => {
        connection.open({
          data: chunk => resolve(Buffer.from(chunk).toString()),
          closed: ({ text }) => reject(new Error(text)),
        })
        connection.write(Buffer.from('hello'))
      })

    beforeAll(async () => {
      network = await startTorNetwork({ 'peer.test': '127.0.0.1', '77.2.0.192.in-addr.arpa': 'name.test' })
      wordsPort = await freePort()
      node = await network.startClient('client', [`SocksPort 127.0.0.1:${wordsPort} IsolateSOCKSAuth ExtendedErrors`])
      echo = createServer(far => {
        far.on('error', () => {})
        far.pipe(far)
      }).listen(0, '127.0.0.1')
      await new Promise(resolve => echo.once('listening', resolve))
      peer = parseAddress(`127.0.0.1:${(echo.address() as AddressInfo).port}`)
    })
    afterAll(async () => {
      await Promise.all(transports.map(transport => transport.close()))
      echo?.close()
      await network?.close()
    })

    it('reaches a peer by address and by name, and asks the system for nothing', async () => {
      const transport = open()
      expect(await say(await transport.dial(peer))).toBe('hello')
      expect(await say(await transport.dial(parseAddress(`peer.test:${peer.port}`)))).toBe('hello')
      expect(systemAsked).toEqual([])
      expect(transport.ledger()).toMatchObject({ dials: { tor: { done: 2 } }, refused: 0, contradictions: [] })
    })

    it('looks names and addresses up, and says what is not known', async () => {
      const transport = open()
      expect((await transport.lookup('peer.test', { port: 8333 })).map(({ key }) => key)).toEqual(['127.0.0.1:8333'])
      expect(await transport.lookupName('192.0.2.77')).toBe('name.test')
      await expect(transport.lookup('unknown.test', { port: 8333 })).rejects.toMatchObject({
        code: 'unknown-host',
        message: expect.stringContaining('found nothing about unknown.test'),
      })
      expect(network.dns.questions).toContain('unknown.test')
    })

    it('says in words that an exit was refused, and that an onion service cannot be found', async () => {
      const transport = open()
      await expect(transport.dial(parseAddress(`127.0.0.1:${await freePort()}`))).rejects.toMatchObject({
        // Exits of Tor 0.4.9 do not tell a refusal from other failures.
        code: expect.stringMatching(/^(proxy-)?refused$/),
        message: expect.stringMatching(/^The proxy failed to connect to 127|refused the connection/),
      })
      await expect(transport.dial(nobody)).rejects.toMatchObject({ code: 'unreachable' })
      const withWords = open({ ...policy(), proxy: { name: 'Tor', host: '127.0.0.1', port: wordsPort, isTor: true } })
      await expect(withWords.dial(nobody)).rejects.toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('found no descriptor'),
      })
    })

    it('knows Tor by its answer, with a password and without', async () => {
      const transport = open(OPEN_POLICY)
      const endpoint = { host: '127.0.0.1', port: node.socksPort }
      expect(await transport.probe({ ...endpoint, credentials: null })).toMatchObject({ isTor: true, password: 'none' })
      expect(await transport.probe({ ...endpoint, credentials: { user: 'u', password: 'p' } })).toMatchObject({
        isTor: true,
        password: 'accepted',
      })
      expect(node.log()).not.toMatch(/\[warn\] (Invalid hostname|Resolve requests)/)
    })

    it('gives dials that are kept apart circuits of their own, and those that may share one user name', async () => {
      const events: TorEvent[] = []
      const control = await openControl(
        {
          clock: systemClock,
          random: systemRandom,
          connect: (target, signal) => connectLocal(target, { clock: systemClock, timeoutMs: 5000, signal }),
        },
        { kind: 'tcp', host: '127.0.0.1', port: node.controlPort },
        { password: null, cookieFile: join(node.dataDirectory, 'control_auth_cookie') },
        { onEvent: event => void events.push(event), onBroken: () => {} },
      )
      await control.listen(wantedEvents(true))
      /** Circuit and user name of so many dials, one after the other, as Tor saw them. */
      const dials = async (isolation: Isolation, networks: readonly string[]): Promise<readonly Seen[]> => {
        events.length = 0
        const transport = open(policy(isolation))
        for (const one of networks) await transport.dial(peer, { network: one })
        const seen = (): Seen[] =>
          events.flatMap(event =>
            event.kind === 'stream' && event.stream.state === 'SUCCEEDED'
              ? [{ circuit: event.stream.circuit, user: event.stream.socksUser }]
              : [],
          )
        await expect.poll(seen, { timeout: 5000 }).toHaveLength(networks.length)
        await transport.close()
        return seen()
      }
      const kinds = (seen: readonly Seen[], what: keyof Seen): number => new Set(seen.map(one => one[what])).size
      const perDial = await dials('dial', ['a', 'a', 'a'])
      expect([kinds(perDial, 'circuit'), kinds(perDial, 'user')]).toEqual([3, 3])
      // Dials of one user name may share a circuit; Tor decides, and shows either leg of a split one (conflux).
      expect(kinds(await dials('peer', ['a', 'b']), 'user')).toBe(1)
      const [first, second, third] = await dials('network', ['a', 'a', 'b'])
      expect([first?.user === second?.user, first?.user === third?.user]).toEqual([true, false])
      expect([first?.circuit, second?.circuit]).not.toContain(third?.circuit)
      control.close()
    })
  },
)
