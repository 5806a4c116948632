/** A node as discovery knows it: who it is and where, by its record or by what was seen; and its enode link. */
import { isLan, isLoopback, parseAddress, withPort } from '../../../transport/index.ts'
import type { Address } from '../../../transport/index.ts'
import type { NodeRecord } from './enr.ts'
import { parseRecord, recordText, tcpPort, udpEndpoint } from './enr.ts'
import { DiscoveryError } from './error.ts'
import { isKey, keccak256 } from '../keys.ts'

export interface DiscoveredNode {
  /** Identity as 64 hex digits. */
  readonly id: string
  readonly idBytes: Uint8Array
  /** 64 bytes. */
  readonly publicKey: Uint8Array
  /** IP address and UDP port. */
  readonly udp: Address
  /** 0: it takes no connections. */
  readonly tcpPort: number
  /** Of the record; 0 without one. */
  readonly seq: bigint
  readonly record: NodeRecord | null
}

export const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')

/** A node whose endpoint was seen or told, without a record. */
export function seenNode(publicKey: Uint8Array, udp: Address, tcp: number): DiscoveredNode {
  const idBytes = keccak256(publicKey)
  return { id: hex(idBytes), idBytes, publicKey, udp, tcpPort: tcp, seq: 0n, record: null }
}

/** A node by its record. @throws {DiscoveryError} `no-endpoint` */
export function recordNode(record: NodeRecord): DiscoveredNode {
  const udp = udpEndpoint(record)
  if (udp === null) throw new DiscoveryError('no-endpoint', 'The node record names no IP address and UDP port.')
  return {
    id: hex(record.id),
    idBytes: record.id,
    publicKey: record.publicKey,
    udp,
    tcpPort: tcpPort(record),
    seq: record.seq,
    record,
  }
}

/** Reads `enr:...` or `enode://128 hex@ip:port?discport=port`. @throws {DiscoveryError} */
export function parseNode(text: string): DiscoveredNode {
  return text.startsWith('enr:') ? recordNode(parseRecord(text)) : parseEnode(text)
}

function parseEnode(text: string): DiscoveredNode {
  const match = /^enode:\/\/([0-9a-f]{128})@([^?@/]+)(?:\?discport=(\d{1,5}))?$/i.exec(text)
  if (match === null)
    throw new DiscoveryError('bad-link', 'A node link is enode://, 128 hex digits, @, an IP address and a port.')
  const [, key = '', host = '', discport] = match
  const publicKey = new Uint8Array(Buffer.from(key, 'hex'))
  if (!isKey(publicKey)) throw new DiscoveryError('bad-key', 'The key of the node link is no point of the curve.')
  let tcp: Address
  let udp: Address
  try {
    tcp = parseAddress(host)
    udp = discport === undefined ? tcp : withPort(tcp, Number(discport))
  } catch (error) {
    throw new DiscoveryError('bad-link', 'The node link names no IP address with a port.', error)
  }
  if (tcp.kind !== 'ipv4' && tcp.kind !== 'ipv6')
    throw new DiscoveryError('no-endpoint', 'The node link names a host; discovery needs its IP address.')
  if (udp.port === 0) throw new DiscoveryError('no-endpoint', 'The node link says that the node has no UDP port.')
  return seenNode(publicKey, udp, tcp.port)
}

/** The link by which others can add the node. */
export function enodeLink({ publicKey, udp, tcpPort: tcp }: DiscoveredNode): string {
  const { key } = withPort(udp, tcp)
  return `enode://${hex(publicKey)}@${key}${tcp === udp.port ? '' : `?discport=${udp.port}`}`
}

/** The record where there is one, else the link: what is stored. */
export const nodeText = (node: DiscoveredNode): string =>
  node.record === null ? enodeLink(node) : recordText(node.record)

/** Bits from the first one that differs: 0 for the same identity, to 256. */
export function logDistance(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < 32; index++) {
    const difference = (a[index] ?? 0) ^ (b[index] ?? 0)
    if (difference !== 0) return 8 * (32 - index) - Math.clz32(difference) + 24
  }
  return 0
}

/** Below 0 when `a` is closer to the target than `b`. */
export function compareDistance(target: Uint8Array, a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < 32; index++) {
    const from = target[index] ?? 0
    const difference = (from ^ (a[index] ?? 0)) - (from ^ (b[index] ?? 0))
    if (difference !== 0) return difference
  }
  return 0
}

/** The nodes closest to a target, closest first, at most `limit`. */
export class Closest {
  readonly nodes: DiscoveredNode[] = []
  readonly #target: Uint8Array
  readonly #limit: number

  constructor(target: Uint8Array, limit: number) {
    this.#target = target
    this.#limit = limit
  }

  push(node: DiscoveredNode): void {
    const { nodes } = this
    let at = nodes.length
    while (at > 0 && compareDistance(this.#target, node.idBytes, nodes[at - 1]?.idBytes ?? node.idBytes) < 0) at--
    if (at >= this.#limit) return
    nodes.splice(at, 0, node)
    if (nodes.length > this.#limit) nodes.pop()
  }
}

/** Ranges that no node can have (IANA special-purpose registries), as IPv4 text prefixes and IPv6 patterns. */
const SPECIAL_4 =
  /^(?:0\.|192\.0\.0\.[0-7]$|192\.0\.0\.9$|192\.0\.0\.17[01]$|192\.0\.2\.|192\.31\.196\.|192\.52\.193\.|192\.88\.99\.|192\.175\.48\.|198\.1[89]\.|198\.51\.100\.|203\.0\.113\.|255\.255\.255\.255$|(?:22[4-9]|23\d)\.)/
const SPECIAL_6 = /^(?:::$|100::|2001:(?:0?:|[0-5]:|:|[12][0-9a-f]:|db8:)|2002:|ff)/

/** May a node at `sender` tell us of one at `told`? Source: go-ethereum p2p/netutil (CheckRelayAddr), by behaviour. */
export function mayRelay(sender: Address, told: Address): boolean {
  if (told.kind !== 'ipv4' && told.kind !== 'ipv6') return false
  if ((told.kind === 'ipv4' ? SPECIAL_4 : SPECIAL_6).test(told.host)) return false
  if (isLoopback(told)) return isLoopback(sender)
  return !isLan(told) || isLan(sender)
}
