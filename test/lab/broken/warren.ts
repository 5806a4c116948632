/**
 * One Warren inside the sealed namespace, told to send everything through a Tor of the test's own: seeds, dials, gossip, a
 * peer by name, by IPv6, by onion; and UDP asked for by mistake. Prints what the privacy ledger says, as one line.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REQUESTS } from '../../../src-preload/contract.ts'
import type { Input, Output, RequestName } from '../../../src-preload/contract.ts'
import type { ClientRequest } from '../../../src-preload/contract/port.ts'
import { createClient } from '../../../src-main/client/index.ts'
import { silentLog } from '../../../src-main/log/index.ts'
import { bitcoinParams } from '../../../src-main/networks/bitcoin/index.ts'
import { encodeFrame } from '../../../src-main/networks/bitcoin/frame.ts'
import { encodeAddrV2 } from '../../../src-main/networks/bitcoin/messages/addresses.ts'
import { encodeVersion } from '../../../src-main/networks/bitcoin/messages/version.ts'
import { systemClock, systemRandom } from '../../../src-main/time/index.ts'
import {
  OPEN_POLICY,
  createTransport,
  ipAddress,
  onionAddress,
  parseAddress,
} from '../../../src-main/transport/index.ts'

const NETWORK = 'bitcoin/signet'
const RUN_MS = 12_000
const ONION = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:38333'

const params = bitcoinParams('signet')
if (params === null) throw new Error('no signet')
const { magic } = params

/** A peer that shakes hands and tells a hundred addresses of every kind, once. */
function playPeer(socket: Socket): void {
  let heard = 0
  socket.on('data', () => {
    heard += 1
    if (heard === 1) {
      const version = encodeVersion({
        version: 70_016,
        services: 0x409n,
        time: Math.floor(systemClock.now() / 1000),
        receiver: { ip: new Uint8Array(16), port: 1 },
        nonce: BigInt(systemRandom.below(2 ** 32)) + 1n,
        agent: '/Leak:1.0/',
        height: 200_000,
        relay: false,
      })
      const empty = new Uint8Array(0)
      socket.write(encodeFrame(magic, 'version', version))
      socket.write(encodeFrame(magic, 'sendaddrv2', empty))
      socket.write(encodeFrame(magic, 'verack', empty))
    } else if (heard === 2) {
      const told = Array.from({ length: 100 }, (_, index) => {
        if (index % 5 === 0) return onionAddress(systemRandom.bytes(32), 38_333)
        if (index % 2 === 0) return ipAddress(Uint8Array.of(0x2a, 0, ...systemRandom.bytes(14)), 38_333)
        return ipAddress(Uint8Array.of(5, ...systemRandom.bytes(3)), 38_333)
      })
      const seenAt = Math.round(systemClock.now()) - 60_000
      const entries = told.map(address => ({ address, services: 0x409n, seenAt }))
      socket.write(encodeFrame(magic, 'addrv2', encodeAddrV2(entries)))
    }
  })
}

/** Tor's SOCKS port, which is every peer itself. */
const tor = createServer(socket => {
  let step = 0
  socket.on('error', () => {})
  const onData = (chunk: Uint8Array): void => {
    step += 1
    if (step === 1) {
      socket.write(Uint8Array.of(5, 0))
    } else if (chunk[1] === 0xf0) {
      socket.end(Uint8Array.of(5, 0, 0, 1, 5, ...systemRandom.bytes(3), 0, 0))
    } else {
      socket.off('data', onData)
      playPeer(socket)
      socket.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0))
    }
  }
  socket.on('data', onData)
}).listen(0, '127.0.0.1')
await new Promise(resolve => tor.once('listening', resolve))
const { port } = tor.address() as AddressInfo

const dataDir = mkdtempSync(join(tmpdir(), 'warren-leak-'))
const client = await createClient({ dataDir, shell: 'headless' })
const ask = async <N extends ClientRequest & RequestName>(name: N, input: Input<N>): Promise<Output<N>> =>
  client.handle(name, REQUESTS[name].input.parse(input) as never)
await ask('settings.set', {
  changes: { 'network.enabled': [], 'routes.proxy': `127.0.0.1:${port}`, 'routes.proxyIsTor': true },
})
await ask('networks.switch', { network: NETWORK, on: true })
for (const address of ['peer.example:38333', '[2a00:1::1]:38333', ONION, '5.5.5.5:38333'])
  await ask('peers.add', { network: NETWORK, address, keep: true })

// What a feature switched on by mistake would do, at the transport's own door.
const transport = createTransport({
  clock: systemClock,
  log: silentLog,
  policy: { ...OPEN_POLICY, proxy: { name: 'Tor', host: '127.0.0.1', port, isTor: true } },
})
const mistakes = [
  async () => {
    const udp = await transport.openUdp({ host: '0.0.0.0', port: 0 })
    udp
      .attach({ name: 'mistake', accepts: () => true, received: () => {} })
      .send(Uint8Array.of(1), parseAddress('5.5.5.5:1'))
  },
  () => transport.lookup('leak.example', { port: 1 }),
  () => transport.listen([parseAddress('0.0.0.0:0')], { onConnection: () => {} }),
  () => transport.dial(parseAddress('5.6.7.8:9'), { timeoutMs: 2000 }),
  () => transport.dial(parseAddress('leak.example:9'), { timeoutMs: 2000 }),
]
for (const mistake of mistakes) await mistake().catch(() => {})

await new Promise(resolve => systemClock.after(RUN_MS, () => resolve(null)))
const ledger = await ask('ledger.get', {})
const { peers } = await ask('peers.list', {})
console.log(
  JSON.stringify({
    ready: peers.filter(peer => peer.state === 'ready').length,
    kinds: [
      ...new Set(
        peers
          .filter(peer => peer.state === 'ready')
          .map(peer =>
            peer.address
              .replace(/^.*\.onion:.*$/, 'onion')
              .replace(/^\[.*$/, 'ipv6')
              .replace(/^[\d.:]+$/, 'ipv4'),
          ),
      ),
    ].toSorted(),
    dials: ledger.dials,
    lookups: ledger.lookups,
    contradictions: ledger.contradictions.length + transport.ledger().contradictions.length,
  }),
)
await transport.close()
await client.close()
rmSync(dataDir, { recursive: true, force: true })
process.exit(0)
