/** The compliance suite over every dialer that stands: direct, SOCKS5 (with a proxy of our own), memory. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock } from '../../src-main/time/index.ts'
import { directDialer } from '../../src-main/transport/direct.ts'
import { parseAddress } from '../../src-main/transport/index.ts'
import type { Address } from '../../src-main/transport/index.ts'
import { listenOn } from '../../src-main/transport/listener.ts'
import type { Listener } from '../../src-main/transport/listener.ts'
import type { ConnectionKeeper } from '../../src-main/transport/socket-connection.ts'
import { socks5Dialer } from '../../src-main/transport/socks5.ts'
import { MemoryNet } from '../support/memory-net.ts'
import { startSocksServer } from '../support/socks-server.ts'
import { describeDialer } from './dialer-compliance.ts'
import type { DialerFixture } from './dialer-compliance.ts'

const testKeeper = (clock: VirtualClock): ConnectionKeeper => ({
  clock,
  totals: { bytesRead: 0, bytesWritten: 0 },
  opened: () => {},
  closed: () => {},
})

const openSockets = (): number => process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length

/** The far ends, over real sockets. */
function tcpEnds(
  clock: VirtualClock,
): Pick<DialerFixture, 'listen' | 'refusing' | 'openSockets'> & { close(): Promise<void> } {
  const listeners: Listener[] = []
  const keeper = testKeeper(clock)
  return {
    async listen(onConnection) {
      const listener = await listenOn(
        [parseAddress('127.0.0.1:0')],
        { onConnection },
        { keeper, log: silentLog, witness: () => {} },
      )
      listeners.push(listener)
      const [address] = listener.addresses
      if (address === undefined) throw new Error('no address')
      return address
    },
    async refusing() {
      const server = createServer().listen(0, '127.0.0.1')
      await new Promise(resolve => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      await new Promise(resolve => server.close(resolve))
      return parseAddress(`127.0.0.1:${port}`)
    },
    openSockets,
    close: async () => void (await Promise.all(listeners.map(listener => listener.close()))),
  }
}

const never = new Promise<readonly Address[]>(() => {})

describeDialer('direct', () => {
  const clock = new VirtualClock()
  let reached = (): void => {}
  const dialer = directDialer(
    testKeeper(clock),
    (_name, signal) => {
      reached()
      return Promise.race([
        never,
        new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      ])
    },
    () => {},
  )
  return Promise.resolve({
    ...tcpEnds(clock),
    clock,
    dialer,
    route: { kind: 'direct' },
    silent: () =>
      Promise.resolve({
        address: parseAddress('silent.example:8333'),
        reached: new Promise<void>(resolve => (reached = resolve)),
      }),
  })
})

describeDialer('SOCKS5', async () => {
  const clock = new VirtualClock()
  const proxy = await startSocksServer()
  const ends = tcpEnds(clock)
  return {
    ...ends,
    clock,
    dialer: socks5Dialer(testKeeper(clock), () => ({ user: 'rabbit', password: 'warren' }), {
      clock,
      resolveProxy: () => Promise.reject(new Error('no name to look up')),
      witness: () => {},
    }),
    route: { kind: 'socks5', proxy: 'proxy', host: '127.0.0.1', port: proxy.port },
    silent: () =>
      Promise.resolve({
        address: parseAddress('silent.example:8333'),
        reached: proxy.whenAsked('silent.example'),
      }),
    close: async () => {
      await proxy.close()
      await ends.close()
    },
  }
})

describeDialer('memory', () => {
  const clock = new VirtualClock()
  const net = new MemoryNet({ clock })
  let port = 8333
  return Promise.resolve({
    clock,
    dialer: net,
    route: { kind: 'direct' },
    listen: onConnection => {
      const address = parseAddress(`192.0.2.1:${port++}`)
      net.listen(address, onConnection)
      return Promise.resolve(address)
    },
    refusing: () => Promise.resolve(parseAddress('192.0.2.2:1')),
    silent: () => {
      const address = parseAddress('192.0.2.3:1')
      net.setAbsence(address, 'silent')
      return Promise.resolve({ address, reached: Promise.resolve() })
    },
    openSockets: () => net.openConnections,
    close: () => Promise.resolve(),
  })
})
