import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src-main/log/index.ts'
import { VirtualClock } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport } from '../../src-main/transport/index.ts'
import type { RoutePolicy, Transport } from '../../src-main/transport/index.ts'

const TOR = { name: 'Tor', host: '127.0.0.1', port: 9050, isTor: true }
const transports: Transport[] = []

function stand(policy: RoutePolicy, answer: (host: string) => Promise<readonly string[]> = () => Promise.resolve([])) {
  const clock = new VirtualClock()
  const asked: string[] = []
  const transport = createTransport({
    clock,
    log: silentLog,
    policy,
    txtResolver: host => {
      asked.push(host)
      return answer(host)
    },
  })
  transports.push(transport)
  return { clock, transport, asked }
}

afterEach(async () => {
  await Promise.all(transports.splice(0).map(transport => transport.close()))
})

describe('TXT records', () => {
  it('come from the system, at most sixteen, and are in the ledger', async () => {
    const { transport, asked } = stand(OPEN_POLICY, () =>
      Promise.resolve(Array.from({ length: 20 }, (_, at) => `${at}`)),
    )
    expect((await transport.lookupTxt('Nodes.Example.')).length).toBe(16)
    expect(asked).toEqual(['nodes.example'])
    expect(transport.ledger().entries).toMatchObject([{ kind: 'lookup', route: 'system' }])
  })

  it.each([
    ['behind a proxy', { ...OPEN_POLICY, proxy: { ...TOR, isTor: false } }],
    ['behind Tor', { ...OPEN_POLICY, proxy: TOR }],
    ['with names switched off', { ...OPEN_POLICY, hostNames: false }],
  ])('are not asked for %s', async (_, policy) => {
    const { transport, asked } = stand(policy)
    await expect(transport.lookupTxt('nodes.example')).rejects.toMatchObject({ code: 'blocked' })
    expect(asked).toEqual([])
    expect(transport.ledger().refused).toBe(1)
  })

  it('are not waited for longer than five seconds', async () => {
    const { clock, transport } = stand(OPEN_POLICY, () => new Promise(() => {}))
    const outcome = transport.lookupTxt('nodes.example').catch((error: unknown) => error)
    await clock.run(5000)
    expect(await outcome).toMatchObject({ code: 'timeout' })
    expect(clock.pendingTimers).toBe(0)
  })

  it('are not asked for of what is no host name', async () => {
    const { transport, asked } = stand(OPEN_POLICY)
    await expect(transport.lookupTxt('a b')).rejects.toMatchObject({ code: 'unknown-host' })
    expect(asked).toEqual([])
  })
})
