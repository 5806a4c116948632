import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src-main/time/index.ts'
import { connectLocal, printLocalTarget } from '../../src-main/transport/index.ts'
import type { LocalTarget } from '../../src-main/transport/index.ts'

const options = { clock: systemClock, timeoutMs: 5000 }
const undo: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function echo(listen: { path: string } | { host: string; port: number }): Promise<Server> {
  const server = createServer(far => {
    far.on('error', () => {})
    far.on('data', chunk => (chunk.toString() === 'bye' ? far.end() : far.write(chunk)))
  }).listen(listen)
  await new Promise(resolve => server.once('listening', resolve))
  undo.push(() => new Promise(resolve => server.close(() => resolve())))
  return server
}

async function talk(target: LocalTarget): Promise<{ heard: string; closed: string }> {
  const stream = await connectLocal(target, options)
  return new Promise(resolve => {
    let heard = ''
    stream.open({
      data: chunk => {
        heard += Buffer.from(chunk).toString()
        stream.write(Buffer.from('bye'))
      },
      closed: closed => resolve({ heard, closed }),
    })
    stream.write(Buffer.from('hello'))
  })
}

describe('a stream to a program on this machine', () => {
  it('carries bytes over loopback and over a unix socket, and tells the end once', async () => {
    const server = await echo({ host: '127.0.0.1', port: 0 })
    const { port } = server.address() as AddressInfo
    const end = { heard: 'hello', closed: 'The other end closed the connection.' }
    expect(await talk({ kind: 'tcp', host: '127.0.0.1', port })).toEqual(end)
    const dir = mkdtempSync(join(tmpdir(), 'warren-local-'))
    undo.push(() => rmSync(dir, { recursive: true }))
    await echo({ path: join(dir, 'socket') })
    expect(await talk({ kind: 'unix', path: join(dir, 'socket') })).toEqual(end)
  })

  const elsewhere: readonly LocalTarget[] = [
    { kind: 'tcp', host: '192.0.2.1', port: 9051 },
    { kind: 'tcp', host: 'localhost', port: 9051 },
    { kind: 'tcp', host: '0.0.0.0', port: 9051 },
    { kind: 'tcp', host: '127.0.0.1', port: 0 },
    { kind: 'tcp', host: '127.0.0.1', port: 70_000 },
    { kind: 'tcp', host: '', port: 9051 },
    { kind: 'unix', path: 'relative/socket' },
    { kind: 'unix', path: '\\\\.\\pipe\\tor' },
  ]
  it.each(elsewhere.map(target => [printLocalTarget(target), target] as const))(
    'is refused to %s',
    async (_, target) => {
      await expect(connectLocal(target, options)).rejects.toMatchObject({ code: 'blocked' })
    },
  )

  it('says that nothing listens', async () => {
    await expect(connectLocal({ kind: 'unix', path: '/nowhere/at/all' }, options)).rejects.toMatchObject({
      code: 'refused',
      message: '/nowhere/at/all does not exist; nothing listens there.',
    })
    await expect(connectLocal({ kind: 'tcp', host: '127.0.0.1', port: 1 }, options)).rejects.toMatchObject({
      code: 'refused',
    })
  })

  it('can be cancelled', async () => {
    const signal = AbortSignal.abort()
    await expect(
      connectLocal({ kind: 'tcp', host: '127.0.0.1', port: 1 }, { ...options, signal }),
    ).rejects.toMatchObject({ code: 'cancelled' })
  })
})
