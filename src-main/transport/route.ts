/** How bytes get to an address. The policy that chooses one stands in `policy.ts`. */

/** A SOCKS5 proxy on the way; `proxy` names it as settings do, `host:port` is where it listens. */
interface ProxyHop {
  readonly proxy: string
  readonly host: string
  readonly port: number
  /**
   * Set where dials are kept apart: those with the same key may share a circuit. `dial`: with none; `peer <address>`;
   * `network <id>`. A decision has none yet.
   */
  readonly isolation?: string
}

export type Route =
  | { readonly kind: 'direct' }
  /** Through a SOCKS5 proxy. */
  | ({ readonly kind: 'socks5' } & ProxyHop)
  /** Through Tor's SOCKS port. */
  | ({ readonly kind: 'tor' } & ProxyHop)

/** A route, or the refusal to use any, with the reason in a sentence for people. */
export type RouteDecision = Route | { readonly kind: 'blocked'; readonly reason: string }
