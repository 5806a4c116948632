/**
 * Where a peer can be reached: an immutable value with one canonical text form, so that two addresses are the same
 * exactly when their `key`s are.
 */

export type AddressKind = 'ipv4' | 'ipv6' | 'onion' | 'i2p' | 'cjdns' | 'host'

export interface Address {
  readonly kind: AddressKind
  /** Canonical host without brackets or port: dotted IPv4, RFC 5952 IPv6, `<56>.onion`, `<52>.b32.i2p`, lower-case name. */
  readonly host: string
  /** 0 to 65535; 0 only for I2P (which has no ports) and as "any" when listening. */
  readonly port: number
  /** `host:port`, or `[host]:port` for IPv6 and CJDNS: the identity of the address, also how it is printed. */
  readonly key: string
}
