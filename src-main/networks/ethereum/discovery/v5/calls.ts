/** Requests of discovery v5: one at work for each node, the others wait; answers are matched by id, address and type. */
import type { Clock, Timer } from '../../../../time/index.ts'
import type { Address } from '../../../../transport/index.ts'
import { DiscoveryError } from '../error.ts'
import { V5_MAX_QUEUED_CALLS, V5_REPLY_MS } from '../limits.ts'
import { hex } from '../node.ts'
import type { DiscoveredNode } from '../node.ts'
import type { V5Message } from './messages.ts'

/** Takes one answer; true when it was the last one. */
export type Accept = (message: V5Message) => boolean

export interface Call {
  readonly node: DiscoveredNode
  readonly message: V5Message
  readonly answerType: V5Message['type']
  readonly accept: Accept
  /** Of the packet that carried it last. */
  nonce: string
  /** It has been sent in a handshake: a second challenge is not answered. */
  isChallenged: boolean
  timer: Timer | null
  end(error: DiscoveryError | null): void
}

interface Line {
  active: Call
  readonly waiting: Call[]
}

export class Calls {
  readonly #clock: Clock
  readonly #send: (call: Call) => string
  readonly #lines = new Map<string, Line>()
  readonly #byNonce = new Map<string, Call>()
  #isClosed = false

  /** @param send sends a call and gives the nonce of the packet, in hex */
  constructor(clock: Clock, send: (call: Call) => string) {
    this.#clock = clock
    this.#send = send
  }

  /** Calls a node. Rejects with `timeout`, `busy`, `challenged-twice` or `closed`. */
  call(node: DiscoveredNode, message: V5Message, answerType: V5Message['type'], accept: Accept): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError())
    return new Promise((resolve, reject) => {
      const line = this.#lines.get(node.id)
      if (line !== undefined && line.waiting.length >= V5_MAX_QUEUED_CALLS) {
        reject(new DiscoveryError('busy', 'Too many requests wait for the node.'))
        return
      }
      const call: Call = {
        node,
        message,
        answerType,
        accept,
        nonce: '',
        isChallenged: false,
        timer: null,
        end: error => {
          if (error === null) resolve()
          else reject(error)
        },
      }
      if (line === undefined) {
        this.#lines.set(node.id, { active: call, waiting: [] })
        this.sendNow(call)
      } else line.waiting.push(call)
    })
  }

  /** Sends the active call of a node, at first or in a handshake. */
  sendNow(call: Call): void {
    this.#byNonce.delete(call.nonce)
    try {
      call.nonce = this.#send(call)
    } catch (error) {
      this.#end(call, error instanceof DiscoveryError ? error : new DiscoveryError('bad-form', String(error)))
      return
    }
    this.#byNonce.set(call.nonce, call)
    this.#await(call)
  }

  /** The call that went out in the packet with this nonce. */
  byNonce(nonce: Uint8Array): Call | null {
    return this.#byNonce.get(hex(nonce)) ?? null
  }

  /** An answer has come; false: nobody waits for it. */
  answered(id: string, from: Address, message: V5Message): boolean {
    const call = this.#lines.get(id)?.active
    if (
      call === undefined ||
      call.answerType !== message.type ||
      call.node.udp.key !== from.key ||
      hex(call.message.requestId) !== hex(message.requestId)
    )
      return false
    if (call.accept(message)) this.#end(call, null)
    else this.#await(call)
    return true
  }

  fail(call: Call, error: DiscoveryError): void {
    this.#end(call, error)
  }

  close(): void {
    this.#isClosed = true
    for (const { active, waiting } of this.#lines.values())
      for (const call of [active, ...waiting.splice(0)]) this.#end(call, closedError())
  }

  #await(call: Call): void {
    call.timer?.cancel()
    call.timer = this.#clock.after(V5_REPLY_MS, () =>
      this.#end(call, new DiscoveryError('timeout', 'The node did not answer.')),
    )
  }

  #end(call: Call, error: DiscoveryError | null): void {
    call.timer?.cancel()
    this.#byNonce.delete(call.nonce)
    const line = this.#lines.get(call.node.id)
    call.end(error)
    if (line?.active !== call) return
    const next = line.waiting.shift()
    if (next === undefined || this.#isClosed) {
      this.#lines.delete(call.node.id)
      return
    }
    line.active = next
    this.sendNow(next)
  }
}

const closedError = (): DiscoveryError => new DiscoveryError('closed', 'Discovery has been stopped.')
