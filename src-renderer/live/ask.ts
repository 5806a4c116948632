/** The one way a view asks the client for something. Refusals become errors that keep their code and field details. */
import type { ErrorCode, Input, Output, RequestName, WarrenBridge } from '../../src-preload/contract.ts'

/** A request that the client refused. `details` names fields: show them at the field. */
export class AskError extends Error {
  override readonly name = 'AskError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, string>>
  constructor(code: ErrorCode, text: string, details: Readonly<Record<string, string>> = {}) {
    super(text)
    this.code = code
    this.details = details
  }
}

let bridge: WarrenBridge | null = null

/** Called once by `main.tsx`. */
export function setBridge(given: WarrenBridge): void {
  bridge = given
}

/** Sends a request. @throws AskError when it is refused, or when the way to the client is gone (`closing`). */
export async function ask<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>> {
  if (bridge === null) throw new AskError('closing', 'The page is not connected')
  const reply = await bridge.request(name, input)
  if ('ok' in reply) return reply.ok
  throw new AskError(reply.code, reply.text, reply.details)
}

/** What the page runs in: decides between save dialogs and downloads, and which keys are named. */
export function platform(): WarrenBridge['platform'] {
  return bridge?.platform ?? { shell: 'headless', os: 'linux', canChooseFiles: false }
}
