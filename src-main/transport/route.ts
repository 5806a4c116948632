/** How bytes get to an address. The policy that chooses one stands in `policy.ts`. */

export type Route =
  | { readonly kind: 'direct' }
  /** Through a SOCKS5 proxy; `proxy` names it as settings do, `host:port` is where it listens. */
  | { readonly kind: 'socks5'; readonly proxy: string; readonly host: string; readonly port: number }

/** A route, or the refusal to use any, with the reason in a sentence for people. */
export type RouteDecision = Route | { readonly kind: 'blocked'; readonly reason: string }
