/** Entries of node lists in DNS (EIP-1459): root, branch, record, link to another list. Each names the next by its hash. */
import { fromBase32, toBase32 } from '../../../transport/index.ts'
import type { NodeRecord } from './enr.ts'
import { parseRecord } from './enr.ts'
import { DiscoveryError } from './error.ts'
import { decompressKey, keccak256, verify } from '../keys.ts'
import { DNS_MAX_CHILDREN, DNS_MAX_TEXT } from './limits.ts'

/** Where a list is and who signs it. */
export interface ListLink {
  readonly text: string
  readonly domain: string
  /** 64 bytes. */
  readonly publicKey: Uint8Array
}

export interface ListRoot {
  /** Hashes of the first entries: of the nodes, and of the links. */
  readonly nodes: string
  readonly links: string
  readonly seq: number
}

export type ListEntry =
  | { readonly type: 'branch'; readonly children: readonly string[] }
  | { readonly type: 'node'; readonly record: NodeRecord }
  | { readonly type: 'link'; readonly link: ListLink }

const ROOT = /^(enrtree-root:v1 e=(\S+) l=(\S+) seq=(\d{1,15})) sig=([\w-]{86,87})$/
const LINK = 'enrtree://'
const BRANCH = 'enrtree-branch:'
const MIN_HASH_BYTES = 12
const MAX_HASH_BYTES = 32

const badEntry = (text: string): DiscoveryError => new DiscoveryError('bad-entry', text)

const hashBytes = (hash: string): Uint8Array | null => {
  const bytes = /^[A-Z2-7]{1,52}$/.test(hash) ? fromBase32(hash.toLowerCase()) : null
  return bytes !== null && bytes.length >= MIN_HASH_BYTES && bytes.length <= MAX_HASH_BYTES ? bytes : null
}

/** Reads `enrtree://key@domain`. @throws {DiscoveryError} `bad-entry` */
export function parseLink(text: string): ListLink {
  const [, key = '', domain = ''] = /^enrtree:\/\/([A-Z2-7]+)@([a-z0-9.-]{1,253})$/.exec(text) ?? []
  if (domain === '') throw badEntry('A list is named as enrtree://, its key, @ and a domain.')
  const publicKey = decompressKey(fromBase32(key.toLowerCase()) ?? new Uint8Array(0))
  if (publicKey === null) throw badEntry('The key of the list is no key.')
  return { text, domain, publicKey }
}

/** Reads the root of a list and checks that its owner signed it. @throws {DiscoveryError} `bad-entry`, `bad-signature` */
export function parseRoot(text: string, publicKey: Uint8Array): ListRoot {
  const [, signed = '', nodes = '', links = '', seq = '', signature = ''] = ROOT.exec(text) ?? []
  if (signed === '') throw badEntry('The root of the list is malformed.')
  if (hashBytes(nodes) === null || hashBytes(links) === null) throw badEntry('The root names no entries.')
  const bytes = new Uint8Array(Buffer.from(signature, 'base64url'))
  const hash = keccak256(new TextEncoder().encode(signed))
  if (bytes.length !== 65 || !verify(hash, bytes.subarray(0, 64), publicKey))
    throw new DiscoveryError('bad-signature', 'The root is not signed by the owner of the list.')
  return { nodes, links, seq: Number(seq) }
}

/** Reads an entry that must have a hash. @throws {DiscoveryError} */
export function parseEntry(text: string, hash: string): ListEntry {
  if (text.length > DNS_MAX_TEXT) throw badEntry('An entry of the list is too long.')
  const wanted = hashBytes(hash)
  const found = keccak256(new TextEncoder().encode(text)).subarray(0, wanted?.length ?? 0)
  if (wanted === null || Buffer.compare(found, wanted) !== 0)
    throw new DiscoveryError('wrong-hash', 'An entry of the list does not have the hash that it is named by.')
  return readEntry(text)
}

/** The same without its hash. @throws {DiscoveryError} */
export function readEntry(text: string): ListEntry {
  if (text.startsWith(LINK)) return { type: 'link', link: parseLink(text) }
  if (text.startsWith('enr:')) return { type: 'node', record: parseRecord(text) }
  if (!text.startsWith(BRANCH)) throw badEntry('An entry of an unknown kind.')
  const rest = text.slice(BRANCH.length)
  const children = rest === '' ? [] : rest.split(',')
  if (children.length > DNS_MAX_CHILDREN || children.some(child => hashBytes(child) === null))
    throw badEntry('A branch of the list is malformed.')
  return { type: 'branch', children }
}

/** The hash that an entry is named by, as the makers of lists write it: 16 bytes of keccak-256. */
export const entryHash = (text: string): string =>
  toBase32(keccak256(new TextEncoder().encode(text)).subarray(0, 16)).toUpperCase()
