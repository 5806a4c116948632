/** A bare SOCKS5 client for the lab: CONNECT with credentials, and Tor's RESOLVE. Says the reply code when it is refused. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface SocksGoal {
  readonly port: number
  readonly host: string
  readonly hostPort: number
  readonly user?: string
  readonly password?: string
}

/** A socket through the proxy at 127.0.0.1:`port`. Rejects with "reply N". */
export async function dialSocks(goal: SocksGoal): Promise<Socket> {
  return (await ask(goal, 1)).socket
}

/** The IPv4 address that Tor resolves a name to. */
export async function resolveSocks(port: number, host: string): Promise<string> {
  const { socket, bound } = await ask({ port, host, hostPort: 0 }, 0xf0)
  socket.destroy()
  return bound.join('.')
}

/** Longest wait for one dial: Tor itself waits for minutes when what it knows of a service is out of date. */
const ATTEMPT_MS = 8000

/** Tries again while the answer is "reply N" for one of `codes`, or silence: a descriptor may be on its way. */
export async function dialSocksAgain(goal: SocksGoal, codes: readonly number[], limitMs: number): Promise<Socket> {
  const until = performance.now() + limitMs
  for (;;) {
    try {
      return (await ask(goal, 1, ATTEMPT_MS)).socket
    } catch (error) {
      const text = error instanceof Error ? error.message : ''
      const mayPass = text === 'closed' || codes.some(code => text === `reply ${code}`)
      if (performance.now() > until || !mayPass) throw error
      await new Promise(resolve => setTimeout(resolve, 250))
    }
  }
}

async function ask(goal: SocksGoal, command: number, limitMs = 30_000): Promise<{ socket: Socket; bound: Buffer }> {
  const socket = connect(goal.port, '127.0.0.1')
  const limit = setTimeout(() => socket.destroy(), limitMs)
  const read = reader(socket)
  try {
    const { user, password = 'x' } = goal
    socket.write(Buffer.of(5, 1, user === undefined ? 0 : 2))
    const [, method] = await read(2)
    if (user !== undefined && method === 2) {
      const words = [user, password].map(word => Buffer.from(word))
      socket.write(Buffer.concat([Buffer.of(1), ...words.flatMap(word => [Buffer.of(word.length), word])]))
      await read(2)
    }
    const name = Buffer.from(goal.host)
    const portBytes = Buffer.of(goal.hostPort >> 8, goal.hostPort & 255)
    socket.write(Buffer.concat([Buffer.of(5, command, 0, 3, name.length), name, portBytes]))
    const [, code = 255, , type] = await read(4)
    if (code !== 0) throw new Error(`reply ${code}`)
    const bound = await read(type === 4 ? 16 : 4)
    await read(2)
    return { socket, bound }
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(limit)
  }
}

/** Reads so many bytes of a socket at a time; rejects when it ends first. */
export function reader(socket: Socket): (count: number) => Promise<Buffer> {
  let held = Buffer.alloc(0)
  let wanted: { count: number; resolve: (bytes: Buffer) => void; reject: (error: Error) => void } | null = null
  const serve = (): void => {
    if (wanted === null || held.length < wanted.count) return
    const { count, resolve } = wanted
    wanted = null
    const bytes = held.subarray(0, count)
    held = held.subarray(count)
    resolve(bytes)
  }
  const fail = (): void => {
    wanted?.reject(new Error('closed'))
    wanted = null
  }
  socket.on('data', chunk => {
    held = Buffer.concat([held, Buffer.from(chunk)])
    serve()
  })
  socket.on('error', fail)
  socket.on('close', fail)
  return count =>
    new Promise((resolve, reject) => {
      wanted = { count, resolve, reject }
      if (socket.destroyed) fail()
      else serve()
    })
}
