/** The one error of the codec: bytes that break a rule. */

/** Rules that the codec itself can find broken; each is a rule of `reputation/`. */
export type WireRule =
  | 'malformed-message'
  | 'non-minimal-compactsize'
  | 'oversized-addr'
  | 'oversized-inv'
  | 'oversized-getdata'
  | 'oversized-headers'
  | 'oversized-notfound'
  | 'oversized-locator'
  | 'oversized-agent'
  | 'bad-address-length'
  | 'filter-too-big'

/** A payload that could not be decoded. `message` is a sentence for people, without any text of the peer's. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: WireRule

  constructor(code: WireRule, message: string) {
    super(message)
    this.code = code
  }
}
