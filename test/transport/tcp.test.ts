import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { VirtualClock } from '../../src-main/time/index.ts'
import { parseAddress } from '../../src-main/transport/index.ts'
import { connectTcp } from '../../src-main/transport/tcp.ts'
import { until } from './dialer-compliance.ts'

const parts = {
  witness: () => {},
  clock: new VirtualClock(),
  resolveHost: () => Promise.resolve([parseAddress('other.example:1')]),
}

it('reads nothing from a socket before somebody wants it', async () => {
  let isSent = false
  const server = createServer(far => {
    // Closed with bytes unread, our end resets the connection.
    far.on('error', () => {})
    far.write('early', () => (isSent = true))
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const socket = await connectTcp(parseAddress(`127.0.0.1:${port}`), new AbortController().signal, parts)
  await until(() => isSent)
  for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve))
  expect(socket.bytesRead).toBe(0)
  socket.destroy()
  await new Promise(resolve => server.close(resolve))
})

it('never hands a name to the system behind the back of the look-up', async () => {
  const { signal } = new AbortController()
  await expect(connectTcp(parseAddress('peer.example:1'), signal, parts)).rejects.toMatchObject({
    code: 'unknown-host',
  })
  const i2p = parseAddress('ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p')
  await expect(connectTcp(i2p, signal, parts)).rejects.toMatchObject({ code: 'blocked' })
})
