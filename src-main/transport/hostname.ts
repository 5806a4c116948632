/** Host names: letters, digits, hyphens (RFC 1123 §2.1), international names to punycode, and the traps refused. */
import { domainToASCII } from 'node:url'
import { MAX_HOST_NAME_BYTES } from './limits.ts'

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
/** What `inet_aton` would take for (a part of) an IPv4 address: decimal, octal, hexadecimal. */
const NUMERIC_LABEL = /^(?:[0-9]+|0x[0-9a-f]*)$/
// eslint-disable-next-line no-control-regex -- the point is to find what is not ASCII
const NOT_ASCII = /[^\x00-\x7f]/

/** The canonical name, or why the text is not a host name, in half a sentence that follows the quoted text. */
export function canonicalHostName(text: string): { readonly name: string } | { readonly reason: string } {
  let name = text.toLowerCase()
  if (NOT_ASCII.test(name)) {
    name = domainToASCII(name)
    if (name === '') return { reason: 'is not a valid international host name' }
  }
  if (name.endsWith('.')) name = name.slice(0, -1)
  if (name === '') return { reason: 'is an empty host name' }
  if (name.length > MAX_HOST_NAME_BYTES) return { reason: `is longer than ${MAX_HOST_NAME_BYTES} bytes` }
  const labels = name.split('.')
  for (const label of labels) {
    if (label === '') return { reason: 'has two dots in a row or begins with one' }
    if (label.length > 63) return { reason: 'has a part longer than 63 characters' }
    if (!LABEL.test(label)) return { reason: 'may only have letters, digits, hyphens inside a part, and dots' }
  }
  if (NUMERIC_LABEL.test(labels.at(-1) ?? ''))
    return { reason: 'ends in a number, so it is no host name, and it is not a full IPv4 address' }
  return { name }
}
