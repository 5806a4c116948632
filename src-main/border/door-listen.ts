/** Where the door stands, and how it comes to stand there. */
import { chmodSync, lstatSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { connect } from 'node:net'

/** `bound` is for other machines and needs all of its parts. */
export type DoorAt =
  | { readonly kind: 'loopback'; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'bound'
      readonly address: string
      readonly port: number
      readonly password: string
      readonly cert: string
      readonly key: string
    }

/** @throws Node's own errors, with `code`: the port is taken, the address is not ours. */
export async function listen(server: Server, at: DoorAt): Promise<void> {
  if (at.kind === 'socket') await removeLeftSocket(at.path)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const done = (): void => {
      server.off('error', reject)
      resolve()
    }
    if (at.kind === 'socket') server.listen({ path: at.path }, done)
    else
      server.listen({ host: at.kind === 'loopback' ? '127.0.0.1' : at.address, port: at.port, exclusive: true }, done)
  })
  if (at.kind === 'socket') chmodSync(at.path, 0o600)
}

/** A killed process leaves its socket behind: one that nobody answers is removed, anything else is left alone. */
async function removeLeftSocket(path: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return
  const isLeft = await new Promise<boolean>(done => {
    const socket = connect({ path })
    socket.on('connect', () => {
      socket.destroy()
      done(false)
    })
    socket.on('error', error => done((error as NodeJS.ErrnoException).code === 'ECONNREFUSED'))
  })
  if (isLeft) rmSync(path, { force: true })
}
