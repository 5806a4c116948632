/** What every `Dialer` must do. Makers call `describeDialer` with a fixture; time is virtual, also where sockets are real. */
import { afterEach, describe, expect, it } from 'vitest'
import type { VirtualClock } from '../../src-main/time/index.ts'
import { DialError } from '../../src-main/transport/index.ts'
import type { Address, CloseReason, Connection, Dialer, Route } from '../../src-main/transport/index.ts'

export interface DialerFixture {
  readonly clock: VirtualClock
  readonly dialer: Dialer
  readonly route: Route
  /** An address at which `onConnection` gets the far end of every connection. */
  listen(onConnection: (far: Connection) => void): Promise<Address>
  /** An address at which nobody listens. */
  refusing(): Promise<Address>
  /** An address that never answers; `reached` resolves when the dialer waits for it. */
  silent(): Promise<{ readonly address: Address; readonly reached: Promise<void> }>
  /** Sockets open now, of either end. */
  openSockets(): number
  close(): Promise<void>
}

const PATIENCE_MS = 8000

/** Lets sockets work until something holds; fails after 8 s, which only a broken test ever sees. */
export async function until(holds: () => boolean, clock?: VirtualClock): Promise<void> {
  const start = performance.now()
  while (!holds()) {
    if (performance.now() - start > PATIENCE_MS) throw new Error(`Waited in vain for: ${holds.toString()}`)
    clock?.advance(1)
    await new Promise(resolve => setImmediate(resolve))
  }
}

/** Opens a connection and keeps what comes of it. */
export function collect(connection: Connection): { bytes: () => Buffer; closed: CloseReason[]; drains: () => number } {
  const chunks: Uint8Array[] = []
  const closed: CloseReason[] = []
  let drains = 0
  connection.open({
    data: chunk => chunks.push(chunk),
    drain: () => void (drains += 1),
    closed: reason => closed.push(reason),
  })
  return { bytes: () => Buffer.concat(chunks), closed, drains: () => drains }
}

const codeOf = (dial: Promise<Connection>): Promise<string> =>
  dial.then(
    () => 'connected',
    (error: unknown) => (error instanceof DialError ? error.code : `not a DialError: ${String(error)}`),
  )

export function describeDialer(name: string, makeFixture: () => Promise<DialerFixture>): void {
  describe(`${name} dialer`, () => {
    let fixture: DialerFixture | null = null
    const start = async (): Promise<DialerFixture> => (fixture = await makeFixture())
    /** A connection with its two ends. */
    const connected = async (): Promise<DialerFixture & { near: Connection; far: Connection; address: Address }> => {
      const parts = await start()
      const fars: Connection[] = []
      const address = await parts.listen(far => fars.push(far))
      let near: Connection | null = null
      void parts.dialer.dial(address, parts.route, {}).then(connection => (near = connection))
      await until(() => near !== null && fars.length === 1, parts.clock)
      const [far] = fars
      if (near === null || far === undefined) throw new Error('unreachable')
      return { ...parts, near, far, address }
    }
    afterEach(async () => {
      const used = fixture
      fixture = null
      await used?.close()
      await until(() => used === null || used.openSockets() === 0, used?.clock)
    })

    it('keeps the dialed address and the route', async () => {
      const { near, far, address, route } = await connected()
      expect(near.address).toEqual(address)
      expect(near.route).toEqual(route)
      expect([near.direction, far.direction]).toEqual(['outbound', 'inbound'])
      expect(near.isClosed).toBe(false)
      near.destroy()
      far.destroy()
    })

    it('carries bytes intact both ways and counts them', async () => {
      const { near, far, clock } = await connected()
      const heardNear = collect(near)
      const heardFar = collect(far)
      const sent = Buffer.alloc(300_000, 'the quick brown fox ')
      for (let at = 0; at < sent.length; at += 7001) near.write(sent.subarray(at, at + 7001))
      far.write(Buffer.from('answer'))
      await until(() => heardFar.bytes().length === sent.length && heardNear.bytes().length === 6, clock)
      expect(heardFar.bytes().equals(sent)).toBe(true)
      expect(heardNear.bytes().toString()).toBe('answer')
      await until(() => near.queuedBytes === 0, clock)
      expect([near.bytesWritten, near.bytesRead]).toEqual([sent.length, 6])
      near.destroy()
      await until(() => heardNear.closed.length + heardFar.closed.length === 2, clock)
    })

    it('gives the bytes that the other end sends first, also those sent before `open`', async () => {
      const parts = await start()
      const address = await parts.listen(far => {
        far.open({ data: () => {}, closed: () => {} })
        far.write(Buffer.from('early'))
      })
      let near: Connection | null = null as Connection | null
      void parts.dialer.dial(address, parts.route, {}).then(connection => (near = connection))
      await until(() => near !== null, parts.clock)
      for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
      expect(near?.bytesRead).toBe(0)
      const heard = collect(near as Connection)
      await until(() => heard.bytes().length === 5, parts.clock)
      expect(heard.bytes().toString()).toBe('early')
      near?.destroy()
      await until(() => heard.closed.length === 1, parts.clock)
    })

    it('delivers all that was sent before the other end closed, then says that it was the remote', async () => {
      const { near, far, clock } = await connected()
      const heard = collect(near)
      const heardFar = collect(far)
      far.write(Buffer.alloc(200_000, 1))
      far.close('enough')
      await until(() => heard.closed.length === 1 && heardFar.closed.length === 1, clock)
      expect(heard.bytes().length).toBe(200_000)
      expect(heard.closed[0]?.by).toBe('remote')
      expect(heardFar.closed).toEqual([{ by: 'local', text: 'enough' }])
    })

    it('says once that it is closed, whatever is called afterwards', async () => {
      const { near, far, clock } = await connected()
      const heard = collect(near)
      const heardFar = collect(far)
      near.destroy('first')
      near.destroy('second')
      near.close('third')
      expect(near.isClosed).toBe(true)
      expect(near.write(Buffer.from('x'))).toBe(true)
      await until(() => heard.closed.length === 1 && heardFar.closed.length === 1, clock)
      expect(heard.closed).toEqual([{ by: 'local', text: 'first' }])
      expect(near.queuedBytes).toBe(0)
      expect(() => near.open({ data: () => {}, closed: () => {} })).toThrow('owner')
    })

    it('holds back a writer whose reader is paused, and tells when it may go on', async () => {
      const { near, far, clock } = await connected()
      const heard = collect(near)
      const heardFar = collect(far)
      far.pause()
      const block = Buffer.alloc(65_536)
      let isBelowMark = true
      for (let count = 0; count < 1000 && isBelowMark; count++) {
        isBelowMark = near.write(block)
        // A socket takes what fits into the system's buffers first.
        for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
        if (near.queuedBytes === 0) isBelowMark = true
      }
      expect(isBelowMark).toBe(false)
      expect(near.queuedBytes).toBeGreaterThanOrEqual(65_536)
      const drainsBefore = heard.drains()
      far.resume()
      await until(() => near.queuedBytes === 0 && heard.drains() > drainsBefore, clock)
      near.destroy()
      await until(() => heard.closed.length === 1 && heardFar.closed.length === 1, clock)
    })

    it('refuses with a sentence when nobody listens', async () => {
      const parts = await start()
      const address = await parts.refusing()
      const dial = parts.dialer.dial(address, parts.route, {})
      let isSettled = false
      const code = codeOf(dial).finally(() => (isSettled = true))
      await until(() => isSettled, parts.clock)
      expect(await code).toBe('refused')
      await expect(dial).rejects.toThrow(/[a-z].*\.$/)
    })

    it('does not begin when it is cancelled already', async () => {
      const parts = await start()
      let isReached = false
      const address = await parts.listen(() => (isReached = true))
      expect(await codeOf(parts.dialer.dial(address, parts.route, { signal: AbortSignal.abort() }))).toBe('cancelled')
      expect(isReached).toBe(false)
      expect(parts.clock.pendingTimers).toBe(0)
    })

    it('lets go of everything when cancelled right after the call', async () => {
      const parts = await start()
      // The far end closes when the near one does, and not before: a socket left behind would be seen.
      const address = await parts.listen(far => collect(far))
      const controller = new AbortController()
      const code = codeOf(parts.dialer.dial(address, parts.route, { signal: controller.signal }))
      controller.abort()
      expect(await code).toBe('cancelled')
      expect(parts.clock.pendingTimers).toBe(0)
    })

    it('lets go of everything when cancelled while it waits', async () => {
      const parts = await start()
      const { address, reached } = await parts.silent()
      const controller = new AbortController()
      const code = codeOf(parts.dialer.dial(address, parts.route, { signal: controller.signal }))
      await reached
      controller.abort()
      expect(await code).toBe('cancelled')
      expect(parts.clock.pendingTimers).toBe(0)
    })

    it('gives up after its time and not before', async () => {
      const parts = await start()
      const { address, reached } = await parts.silent()
      let isSettled = false
      const code = codeOf(parts.dialer.dial(address, parts.route, { timeoutMs: 5000 })).finally(
        () => (isSettled = true),
      )
      await reached
      await parts.clock.run(4500)
      expect(isSettled).toBe(false)
      await parts.clock.run(600)
      expect(await code).toBe('timeout')
      expect(parts.clock.pendingTimers).toBe(0)
    })

    it('is not troubled by an abort after it has connected', async () => {
      const parts = await start()
      const address = await parts.listen(far => collect(far))
      const controller = new AbortController()
      let near: Connection | null = null as Connection | null
      void parts.dialer
        .dial(address, parts.route, { signal: controller.signal })
        .then(connection => (near = connection))
      await until(() => near !== null, parts.clock)
      controller.abort()
      for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
      expect(near?.isClosed).toBe(false)
      near?.destroy()
    })
  })
}
