/** Work that lasts only as long as the route policy allows it: dials, look-ups and tests of proxies under way. */
import { DialError } from './dialer.ts'
import { cancelledError } from './errors.ts'

export interface Leashed {
  readonly kind: 'dial' | 'lookup'
  /** Address or host name. */
  readonly target: string
  readonly network?: string | undefined
  /** Would the policy of now begin this work, and in the same way? */
  readonly fits: () => boolean
}

export class Leashes {
  readonly #held = new Map<Leashed, AbortController>()

  /**
   * Runs work with a signal that is aborted with the caller's, by `endUnfit` and by `endAll`. Rejects with whatever the
   * work rejects with.
   */
  async run<T>(
    leashed: Leashed,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController()
    const onAbort = (): void => controller.abort(cancelledError())
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
    this.#held.set(leashed, controller)
    try {
      return await work(controller.signal)
    } finally {
      this.#held.delete(leashed)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Ends what does not fit any more, and gives it. */
  endUnfit(text: string): readonly Leashed[] {
    const unfit = [...this.#held].filter(([{ fits }]) => !fits())
    for (const [, controller] of unfit) controller.abort(new DialError('blocked', text))
    return unfit.map(([leashed]) => leashed)
  }

  endAll(error: DialError): void {
    for (const controller of this.#held.values()) controller.abort(error)
  }
}
