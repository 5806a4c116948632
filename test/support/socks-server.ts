/** A SOCKS5 server of our own: connects on loopback, asks for a password when offered, keeps silent for `silent.example`. */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface SocksRequest {
  readonly host: string
  readonly port: number
  readonly user: string | null
  readonly password: string | null
  /** 1 is CONNECT; Tor's RESOLVE is 240, RESOLVE_PTR 241. */
  readonly command: number
}

export interface SocksServer {
  readonly port: number
  /** Every request so far. */
  readonly requests: readonly SocksRequest[]
  whenAsked(host: string): Promise<void>
  close(): Promise<void>
}

export interface SocksServerOptions {
  /** Where to connect instead of what was asked for; null answers silence. */
  readonly connectTo?: (request: SocksRequest) => { readonly host: string; readonly port: number } | null
  /** The reply to RESOLVE and RESOLVE_PTR, as Tor gives it; without it the command is refused as unknown (07). */
  readonly resolve?: (request: SocksRequest) => Uint8Array
  /** Leaves RESOLVE and RESOLVE_PTR without an answer. */
  readonly isSilent?: boolean
  /** Wants this user name and password, and takes no other. */
  readonly password?: { readonly user: string; readonly password: string }
}

export async function startSocksServer({
  connectTo,
  resolve,
  isSilent = false,
  password: wanted,
}: SocksServerOptions = {}): Promise<SocksServer> {
  const requests: SocksRequest[] = []
  const waiting: { host: string; resolve: () => void }[] = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  }
  const serve = async (socket: Socket): Promise<void> => {
    const next = reader(socket)
    const [, methodCount = 0] = await next(2)
    const offered = await next(methodCount)
    // As Tor does: with a password wherever one is offered.
    const hasPassword = offered.includes(2)
    if (wanted !== undefined && !hasPassword) {
      socket.end(Buffer.of(5, 0xff))
      return
    }
    socket.write(Buffer.of(5, hasPassword ? 2 : 0))
    let user: string | null = null
    let password: string | null = null
    if (hasPassword) {
      const [, userLength = 0] = await next(2)
      user = (await next(userLength)).toString()
      password = (await next((await next(1))[0] ?? 0)).toString()
      const isWrong = wanted !== undefined && (wanted.user !== user || wanted.password !== password)
      socket.write(Buffer.of(1, isWrong ? 1 : 0))
      if (isWrong) {
        socket.end()
        return
      }
    }
    const [, command = 0, , type] = await next(4)
    const host =
      type === 1
        ? (await next(4)).join('.')
        : type === 4
          ? (await next(16)).toString('hex')
          : (await next((await next(1))[0] ?? 0)).toString('latin1')
    const port = (await next(2)).readUInt16BE()
    const request = { host, port, user, password, command }
    requests.push(request)
    for (const waiter of waiting) if (waiter.host === host) waiter.resolve()
    if (command !== 1 && isSilent) return
    if (command !== 1) {
      socket.end(resolve?.(request) ?? Buffer.of(5, 7, 0, 1, 0, 0, 0, 0, 0, 0))
      return
    }
    const goal = connectTo === undefined ? (host === 'silent.example' ? null : { host, port }) : connectTo(request)
    if (goal === null) return
    const onward = connect(goal)
    keep(onward)
    const refuse = (): void => void socket.end(Buffer.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0))
    onward.once('error', refuse)
    onward.once('connect', () => {
      onward.off('error', refuse)
      socket.write(Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 80))
      socket.pipe(onward).pipe(socket)
      socket.on('close', () => onward.destroy())
      onward.on('close', () => socket.destroySoon())
    })
    socket.on('close', () => onward.destroy())
  }
  const server = createServer(socket => {
    keep(socket)
    serve(socket).catch(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    whenAsked: host => new Promise(resolve => waiting.push({ host, resolve })),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Reads exact numbers of bytes; rejects when the stream ends first. Leaves the rest in the stream. */
function reader(socket: Socket): (count: number) => Promise<Buffer> {
  return async count => {
    for (;;) {
      if (count === 0) return Buffer.alloc(0)
      const chunk = socket.read(count) as Buffer | null
      if (chunk !== null && chunk.length === count) return chunk
      if (socket.destroyed || socket.readableEnded) throw new Error('ended')
      await new Promise<void>(resolve => {
        const done = (): void => {
          socket.off('readable', done)
          socket.off('close', done)
          resolve()
        }
        socket.on('readable', done)
        socket.on('close', done)
      })
    }
  }
}
