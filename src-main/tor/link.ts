/** Requests and answers over one control connection: in order, bounded, timed; events on the side. */
import type { Clock, Timer } from '../time/index.ts'
import type { LocalStream } from '../transport/index.ts'
import { TorError, asTorError } from './errors.ts'
import { CONTROL_ANSWER_TIMEOUT_MS, MAX_CONTROL_COMMAND_BYTES, MAX_CONTROL_QUEUE } from './limits.ts'
import { cleanTorText } from './parse.ts'
import { ReplyParser, isEvent } from './reply.ts'
import type { Reply } from './reply.ts'

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: TorError) => void
  readonly timer: Timer
}

export interface LinkOptions {
  readonly clock: Clock
  /** Where it goes, for sentences. */
  readonly where: string
  readonly onEvent: (reply: Reply) => void
  /** Called once when the link ends for another reason than `close`. */
  readonly onBroken: (error: TorError) => void
}

export class ControlLink {
  readonly #stream: LocalStream
  readonly #options: LinkOptions
  readonly #parser = new ReplyParser()
  readonly #waiting: Waiting[] = []
  #ended: TorError | null = null

  constructor(stream: LocalStream, options: LinkOptions) {
    this.#stream = stream
    this.#options = options
    stream.open({
      data: chunk => this.#received(chunk),
      closed: () =>
        this.#end(new TorError('control-closed', `Tor closed its control connection (${options.where}).`), true),
    })
  }

  /** Sends one line and gives its answer, of whatever status. Rejects with a `TorError` when none will come. */
  ask(command: string): Promise<Reply> {
    const bytes = Buffer.from(`${command}\r\n`)
    if (this.#ended !== null) return Promise.reject(this.#ended)
    // A line end inside would be a second request, and every later answer would go to the wrong asker.
    if (/[\r\n\0]/.test(command) || bytes.length > MAX_CONTROL_COMMAND_BYTES)
      return Promise.reject(new TorError('control-protocol', 'A request to Tor was too long or had line ends in it.'))
    if (this.#waiting.length >= MAX_CONTROL_QUEUE)
      return Promise.reject(new TorError('control-busy', `${MAX_CONTROL_QUEUE} requests to Tor wait already.`))
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(CONTROL_ANSWER_TIMEOUT_MS, () => this.#timedOut())
      this.#waiting.push({ resolve, reject, timer })
      this.#stream.write(bytes)
    })
  }

  /** As `ask`, but an answer that is an error rejects with `control-refused` and Tor's words. */
  async command(command: string): Promise<Reply> {
    const reply = await this.ask(command)
    if (reply.status >= 400) throw new TorError('control-refused', `Tor answered ${refusalText(reply)}`)
    return reply
  }

  close(): void {
    this.#end(new TorError('control-closed', 'The control connection was closed.'), false)
  }

  #received(chunk: Uint8Array): void {
    if (this.#ended !== null) return
    try {
      for (const reply of this.#parser.push(chunk)) {
        if (isEvent(reply)) {
          this.#options.onEvent(reply)
          continue
        }
        const waiting = this.#waiting.shift()
        if (waiting === undefined)
          throw new TorError('control-protocol', `${this.#options.where} answered what nobody had asked.`)
        waiting.timer.cancel()
        waiting.resolve(reply)
      }
    } catch (error) {
      this.#end(asTorError(error, 'control-protocol'), true)
    }
  }

  #timedOut(): void {
    const seconds = CONTROL_ANSWER_TIMEOUT_MS / 1000
    this.#end(
      new TorError('control-timeout', `${this.#options.where} did not answer a request in ${seconds} seconds.`),
      true,
    )
  }

  #end(error: TorError, isBroken: boolean): void {
    if (this.#ended !== null) return
    this.#ended = error
    this.#stream.destroy()
    for (const { reject, timer } of this.#waiting.splice(0)) {
      timer.cancel()
      reject(error)
    }
    if (isBroken) this.#options.onBroken(error)
  }
}

/** `552: Unrecognized key "x".` */
export function refusalText(reply: Reply): string {
  const text = cleanTorText(reply.lines.at(-1)?.text ?? '')
  return `${reply.status}: ${text}${/[.!?]$/.test(text) ? '' : '.'}`
}
