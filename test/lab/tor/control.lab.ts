/** The control client against a real Tor of the private network: ways in, wrong ways in, what it tells. */
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock, systemRandom } from '../../../src-main/time/index.ts'
import type { Credentials } from '../../../src-main/tor/auth.ts'
import { openControl, wantedEvents } from '../../../src-main/tor/control.ts'
import type { Control } from '../../../src-main/tor/control.ts'
import type { TorError } from '../../../src-main/tor/errors.ts'
import type { TorEvent } from '../../../src-main/tor/parse.ts'
import { connectLocal } from '../../../src-main/transport/index.ts'
import { startTorNetwork, whyNoTorNetwork } from './network.ts'
import type { TorNetwork, TorNode } from './network.ts'

const missing = whyNoTorNetwork()
const parts = {
  clock: systemClock,
  random: systemRandom,
  connect: (target: Parameters<typeof connectLocal>[0], signal: AbortSignal | undefined) =>
    connectLocal(target, { clock: systemClock, timeoutMs: 5000, signal }),
}
/** Of "open sesame", made by `tor --hash-password`. */
const HASH = '16:D9D27D6160CE02366098BB190D1D4F4C9AFBA1FE484C6E8A5493DE109B'

describe.skipIf(missing !== null)(
  `the control port of a real Tor${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    let network: TorNetwork
    let node: TorNode
    const events: TorEvent[] = []
    const open = (port: number, credentials: Partial<Credentials> = {}): Promise<Control> =>
      openControl(
        parts,
        { kind: 'tcp', host: '127.0.0.1', port },
        { password: null, cookieFile: null, ...credentials },
        { onEvent: event => events.push(event), onBroken: () => {} },
      )
    beforeAll(async () => {
      network = await startTorNetwork()
      node = await network.startClient('client', [`HashedControlPassword ${HASH}`])
    })
    afterAll(() => network?.close())

    it('lets us in by its cookie and by its password, and tells circuits, listeners and events', async () => {
      const control = await open(node.controlPort)
      expect(control.version).toMatch(/^0\.4\./)
      expect(await control.bootstrap()).toMatchObject({ progress: 100, tag: 'done', warning: null })
      expect(await control.socks()).toEqual({ host: '127.0.0.1', port: node.socksPort })
      const built = (await control.circuits()).filter(({ state }) => state === 'built')
      expect(built.length).toBeGreaterThan(0)
      expect(built[0]?.path.length).toBeGreaterThan(0)
      await control.listen(wantedEvents(true))
      expect(await control.newIdentity()).toBe(0)
      expect(await control.newIdentity()).toBeGreaterThan(9000)
      await expect.poll(() => events.some(({ kind }) => kind === 'bandwidth'), { timeout: 5000 }).toBe(true)
      control.close()
      ;(await open(node.controlPort, { password: 'open sesame' })).close()
    })

    it('keeps us out with a wrong cookie or a wrong password, and we say so', async () => {
      const wrong = join(node.dataDirectory, 'wrong-cookie')
      writeFileSync(wrong, new Uint8Array(32))
      const failures = await Promise.all(
        [{ cookieFile: wrong }, { password: 'open barley' }].map(credentials =>
          open(node.controlPort, credentials).then(
            () => null,
            (error: TorError) => error.code,
          ),
        ),
      )
      expect(failures).toEqual(['cookie-wrong', 'password-wrong'])
    })

    it('is told from a SOCKS port and from a program that talks nonsense', async () => {
      const socks = await open(node.socksPort).catch((error: TorError) => error)
      expect(socks).toMatchObject({ code: expect.stringMatching(/^control-(protocol|closed)$/) as string })
      const server = createServer(far => {
        far.on('error', () => {})
        far.resume()
        far.end('220 smtp.example ESMTP\r\n')
      }).listen(0, '127.0.0.1')
      await new Promise(resolve => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      await expect(open(port)).rejects.toMatchObject({ code: 'control-protocol' })
      await new Promise(resolve => server.close(resolve))
    })
  },
)
