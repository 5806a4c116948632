/**
 * Where a peer can be reached: an immutable value with one canonical text form, so that two addresses are the same
 * exactly when their `key`s are. A million of them may live at once: no fields beyond these four.
 */
import { canonicalHostName } from './hostname.ts'
import type { Groups } from './ip.ts'
import { bytesOf, groupsOf, mappedIPv4, parseIPv4, parseIPv6, printIPv4, printIPv6 } from './ip.ts'
import { MAX_ADDRESS_CHARACTERS } from './limits.ts'
import { decodeI2p, decodeOnion, encodeI2p, encodeOnion } from './overlay.ts'

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

export type AddressErrorCode =
  | 'empty'
  | 'too-long'
  | 'form' // a URL, a subnet, misplaced brackets
  | 'port'
  | 'port-missing'
  | 'ipv4'
  | 'ipv6'
  | 'zone'
  | 'onion'
  | 'onion-v2'
  | 'i2p'
  | 'cjdns'
  | 'host'
  | 'length' // bytes of a length that no such address has
  | 'subnet'

/** Text or bytes that are no address. `message` is a sentence for people. */
export class AddressError extends Error {
  override readonly name = 'AddressError'
  readonly code: AddressErrorCode

  constructor(code: AddressErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** First byte of every CJDNS address (fc00::/8). Source: BIP 155. */
const CJDNS_PREFIX = 0xfc

/** Always the same four fields in the same order, so that all addresses share one hidden class. */
const make = (kind: AddressKind, host: string, port: number, key: string): Address => ({ kind, host, port, key })

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65_535

function checkedPort(port: number): number {
  if (!isPort(port)) throw new AddressError('port', `${port} is not a port: ports are whole numbers from 0 to 65535.`)
  return port
}

/** The sentence is made of the user's own text: cut, and without control characters. */
const quoted = (text: string): string => {
  // eslint-disable-next-line no-control-regex -- control characters are what it removes
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
  return `"${clean.length > 80 ? `${clean.slice(0, 77)}...` : clean}"`
}

/**
 * Reads every common written form: `1.2.3.4`, `1.2.3.4:8333`, `::1`, `[::1]`, `[::1]:8333`, `<56>.onion:8333`,
 * `<52>.b32.i2p`, `name`, `name:port`. White space around it is ignored; letters may be of either case.
 * IPv4 mapped into IPv6 comes out as IPv4, fc00::/8 as CJDNS. I2P without a port gets port 0.
 * @param options.defaultPort used when the text names none; without it a missing port is an error
 * @throws {AddressError}
 */
export function parseAddress(text: string, options?: { readonly defaultPort?: number }): Address {
  const trimmed = text.trim()
  if (trimmed === '') throw new AddressError('empty', 'The address is empty.')
  if (trimmed.length > MAX_ADDRESS_CHARACTERS)
    throw new AddressError(
      'too-long',
      `An address has at most ${MAX_ADDRESS_CHARACTERS} characters; this has ${trimmed.length}.`,
    )

  let hostText = trimmed
  let portText: string | null = null
  const firstColon = trimmed.indexOf(':')
  const isBracketed = trimmed.charCodeAt(0) === 91
  if (isBracketed) {
    const end = trimmed.indexOf(']')
    if (end < 0) throw new AddressError('form', `${quoted(trimmed)} opens a bracket and does not close it.`)
    hostText = trimmed.slice(1, end)
    if (end + 1 < trimmed.length) {
      if (trimmed.charAt(end + 1) !== ':')
        throw new AddressError('form', `After the bracket of ${quoted(trimmed)} only ":port" may follow.`)
      portText = trimmed.slice(end + 2)
    }
  } else if (firstColon >= 0 && trimmed.includes(':', firstColon + 1)) {
    // More than one colon without brackets: a bare IPv6 address, which cannot carry a port.
    if (trimmed.includes('://')) throw urlError(trimmed)
    return fromIPv6Text(trimmed, portFrom(null, options, trimmed), trimmed)
  } else if (firstColon >= 0) {
    hostText = trimmed.slice(0, firstColon)
    portText = trimmed.slice(firstColon + 1)
    if (portText.startsWith('//')) throw urlError(trimmed)
  }
  if (isBracketed) {
    if (!hostText.includes(':'))
      throw new AddressError('form', `Brackets are for IPv6 addresses only; write ${quoted(hostText)} without them.`)
    return fromIPv6Text(hostText, portFrom(portText, options, trimmed), trimmed)
  }
  return fromHostText(hostText, portText, options, trimmed)
}

const urlError = (text: string): AddressError =>
  new AddressError('form', `${quoted(text)} is a link; give the host and the port alone, such as 192.0.2.1:8333.`)

/** Decimal, without leading zeros, sign or white space. */
const PLAIN_NUMBER = /^(?:0|[1-9][0-9]{0,4})$/

function portFrom(text: string | null, options: { readonly defaultPort?: number } | undefined, whole: string): number {
  if (text === null) {
    if (options?.defaultPort === undefined) throw new AddressError('port-missing', `${quoted(whole)} names no port.`)
    return checkedPort(options.defaultPort)
  }
  const port = PLAIN_NUMBER.test(text) ? Number(text) : NaN
  if (!isPort(port))
    throw new AddressError('port', `${quoted(text)} is not a port: ports are whole numbers from 0 to 65535.`)
  return port
}

/** Digits and dots only: meant as an IPv4 address, whatever comes of it. */
const LOOKS_LIKE_IPV4 = /^[0-9.]+$/

function fromHostText(
  hostText: string,
  portText: string | null,
  options: { readonly defaultPort?: number } | undefined,
  whole: string,
): Address {
  const ipv4 = parseIPv4(hostText)
  if (ipv4 !== null) {
    const port = portFrom(portText, options, whole)
    return make('ipv4', hostText, port, keyOf(hostText, port, whole))
  }
  if (hostText === '') throw new AddressError('empty', `${quoted(whole)} names no host.`)
  if (hostText.includes('/'))
    throw new AddressError('form', `${quoted(whole)} has a slash: give one host, not a subnet or a path.`)
  if (hostText.includes('@'))
    throw new AddressError('form', `${quoted(whole)} has a user name in it; give the host and the port alone.`)
  if (LOOKS_LIKE_IPV4.test(hostText)) {
    throw new AddressError(
      'ipv4',
      `${quoted(hostText)} is not an IPv4 address: that is four numbers from 0 to 255 without leading zeros, such as 192.0.2.1.`,
    )
  }
  const lower = hostText.toLowerCase()
  if (lower.endsWith('.onion')) {
    const decoded = decodeOnion(lower)
    if ('reason' in decoded)
      throw new AddressError(
        decoded.isVersion2 ? 'onion-v2' : 'onion',
        `${quoted(hostText)} is not an onion address we can use: ${decoded.reason}.`,
      )
    const port = portFrom(portText, options, whole)
    return make('onion', lower, port, keyOf(lower, port, whole))
  }
  if (lower.endsWith('.i2p')) {
    const decoded = decodeI2p(lower)
    if ('reason' in decoded)
      throw new AddressError('i2p', `${quoted(hostText)} is not an I2P address we can use: ${decoded.reason}.`)
    const port = portText === null ? 0 : portFrom(portText, options, whole)
    return make('i2p', lower, port, keyOf(lower, port, whole))
  }
  const checked = canonicalHostName(hostText)
  if ('reason' in checked) throw new AddressError('host', `${quoted(hostText)} ${checked.reason}.`)
  const port = portFrom(portText, options, whole)
  return make('host', checked.name, port, keyOf(checked.name, port, whole))
}

function fromIPv6Text(text: string, port: number, whole: string): Address {
  const groups = parseIPv6(text)
  if (groups === null) {
    if (text.includes('%')) {
      throw new AddressError(
        'zone',
        `${quoted(text)} names a network interface after "%"; such an address means something on one machine only, so give it without the zone.`,
      )
    }
    throw new AddressError('ipv6', `${quoted(text)} is not an IPv6 address.`)
  }
  return fromGroups(groups, port, whole)
}

function fromGroups(groups: Groups, port: number, whole: string): Address {
  const ipv4 = mappedIPv4(groups)
  if (ipv4 !== null) {
    const host = printIPv4(ipv4)
    return make('ipv4', host, port, `${host}:${port}`)
  }
  const host = printIPv6(groups)
  const key = `[${host}]:${port}`
  return make((groups[0] ?? 0) >>> 8 === CJDNS_PREFIX ? 'cjdns' : 'ipv6', host, port, key === whole ? whole : key)
}

/** Keeps the text that was read when it is the canonical form already: one string less per address. */
function keyOf(host: string, port: number, whole: string): string {
  const key = `${host}:${port}`
  return key === whole ? whole : key
}

/**
 * An IP address from its 4 or 16 bytes. IPv4 mapped into IPv6 comes out as IPv4, fc00::/8 as CJDNS.
 * @throws {AddressError} `length`, `port`
 */
export function ipAddress(bytes: Uint8Array, port: number): Address {
  checkedPort(port)
  if (bytes.length === 4) {
    const [a = 0, b = 0, c = 0, d = 0] = bytes
    const host = `${a}.${b}.${c}.${d}`
    return make('ipv4', host, port, `${host}:${port}`)
  }
  checkLength('An IP address', bytes, 16)
  return fromGroups(groupsOf(bytes), port, '')
}

/** An onion v3 address from the service's ed25519 public key (32 bytes). @throws {AddressError} `length`, `port` */
export function onionAddress(publicKey: Uint8Array, port: number): Address {
  checkLength('The key of an onion address', publicKey, 32)
  const host = encodeOnion(publicKey)
  return make('onion', host, checkedPort(port), `${host}:${port}`)
}

/** An I2P address from the SHA-256 of its destination (32 bytes). @throws {AddressError} `length`, `port` */
export function i2pAddress(hash: Uint8Array, port: number): Address {
  checkLength('The hash of an I2P address', hash, 32)
  const host = encodeI2p(hash)
  return make('i2p', host, checkedPort(port), `${host}:${port}`)
}

/** A CJDNS address from its 16 bytes, the first of which is 0xfc. @throws {AddressError} `length`, `cjdns`, `port` */
export function cjdnsAddress(bytes: Uint8Array, port: number): Address {
  checkLength('A CJDNS address', bytes, 16)
  if (bytes[0] !== CJDNS_PREFIX) throw new AddressError('cjdns', 'A CJDNS address begins with fc.')
  return fromGroups(groupsOf(bytes), checkedPort(port), '')
}

function checkLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new AddressError('length', `${what} has ${length} bytes, not ${bytes.length}.`)
}

/** The same host at another port. @throws {AddressError} `port` */
export function withPort(address: Address, port: number): Address {
  if (address.port === port) return address
  const key =
    address.kind === 'ipv6' || address.kind === 'cjdns' ? `[${address.host}]:${port}` : `${address.host}:${port}`
  return make(address.kind, address.host, checkedPort(port), key)
}

/** Bytes of the host: 4 (IPv4), 16 (IPv6, CJDNS), 32 (onion public key, I2P hash), or a host name's ASCII. */
export function addressBytes(address: Address): Uint8Array {
  switch (address.kind) {
    case 'ipv4': {
      const value = parseIPv4(address.host) ?? 0
      return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
    }
    case 'ipv6':
    case 'cjdns':
      return bytesOf(parseIPv6(address.host) ?? [])
    case 'onion':
    case 'i2p': {
      const decoded = address.kind === 'onion' ? decodeOnion(address.host) : decodeI2p(address.host)
      return 'bytes' in decoded ? decoded.bytes : new Uint8Array(32)
    }
    case 'host':
      return new TextEncoder().encode(address.host)
    default:
      return address.kind satisfies never
  }
}
