/**
 * IPv4 and IPv6 between text and numbers: strict readers and canonical printers (RFC 5952 for IPv6), with no opinion on
 * ports or on what a range means. IPv6 is handled as eight 16-bit groups, because text and RFC 5952 speak of groups.
 */

/** Eight groups of 16 bits, first one first. */
export type Groups = readonly number[]

const DOT = 46
const COLON = 58
const ZERO = 48
const NINE = 57

/** Dotted IPv4 as one unsigned 32-bit number, or null: four decimal numbers of 0 to 255 without leading zeros, nothing else. */
export function parseIPv4(text: string, start = 0): number | null {
  let value = 0
  let octet = -1
  let dots = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (octet < 0 || ++dots > 3) return null
      value = value * 256 + octet
      octet = -1
    } else if (code >= ZERO && code <= NINE) {
      // "01" is octal to some programs and decimal to others: refused.
      if (octet === 0) return null
      octet = octet < 0 ? code - ZERO : octet * 10 + code - ZERO
      if (octet > 255) return null
    } else {
      return null
    }
  }
  return octet < 0 || dots !== 3 ? null : value * 256 + octet
}

export const printIPv4 = (value: number): string =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`

const hexDigit = (code: number): number => {
  if (code >= ZERO && code <= NINE) return code - ZERO
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** IPv6 in any form of RFC 4291 §2.2 (`::` once, dotted tail), without brackets and zone; null when it is not one. */
export function parseIPv6(text: string): Groups | null {
  const groups: number[] = []
  let gapAt = -1
  let at = 0
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return null
    gapAt = 0
    at = 2
  }
  while (at < text.length) {
    if (groups.length === 8) return null
    let value = 0
    let digits = 0
    const groupStart = at
    for (let digit = 0; at < text.length && (digit = hexDigit(text.charCodeAt(at))) >= 0; at++) {
      if (++digits > 4) return null
      value = value * 16 + digit
    }
    if (at < text.length && text.charCodeAt(at) === DOT) {
      const tail = parseIPv4(text, groupStart)
      if (tail === null || groups.length > 6) return null
      groups.push(tail >>> 16, tail & 0xffff)
      break
    }
    if (digits === 0) return null
    groups.push(value)
    if (at === text.length) break
    if (text.charCodeAt(at++) !== COLON) return null
    if (text.charCodeAt(at) === COLON) {
      if (gapAt >= 0) return null
      gapAt = groups.length
      at++
    } else if (at === text.length) {
      return null
    }
  }
  if (gapAt < 0) return groups.length === 8 ? groups : null
  // `::` stands for at least one group of zeros.
  if (groups.length > 7) return null
  const tail = groups.splice(gapAt)
  while (groups.length < 8 - tail.length) groups.push(0)
  for (const group of tail) groups.push(group)
  return groups
}

/** Lower case, no leading zeros, the first longest run of two or more zero groups as `::` (RFC 5952 §4). */
export function printIPv6(groups: Groups): string {
  let gapAt = -1
  let gapLength = 1
  for (let at = 0; at < 8; at++) {
    let end = at
    while (end < 8 && groups[end] === 0) end++
    if (end - at > gapLength) {
      gapAt = at
      gapLength = end - at
    }
    if (end > at) at = end
  }
  let text = ''
  for (let at = 0; at < 8; at++) {
    if (at === gapAt) {
      text += '::'
      at += gapLength - 1
      continue
    }
    if (text !== '' && !(gapAt >= 0 && at === gapAt + gapLength)) text += ':'
    text += (groups[at] ?? 0).toString(16)
  }
  return text
}

/** The IPv4 address inside `::ffff:0:0/96`, or null. */
export function mappedIPv4(groups: Groups): number | null {
  const [a, b, c, d, e, f, g = 0, h = 0] = groups
  if (f !== 0xffff || a !== 0 || b !== 0 || c !== 0 || d !== 0 || e !== 0) return null
  return ((g << 16) | h) >>> 0
}

/** 16 bytes as groups. */
export function groupsOf(bytes: Uint8Array): Groups {
  const groups: number[] = []
  for (let at = 0; at < 16; at += 2) groups.push(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
  return groups
}

/** Groups as 16 bytes. */
export function bytesOf(groups: Groups): Uint8Array {
  const bytes = new Uint8Array(16)
  groups.forEach((group, index) => {
    bytes[2 * index] = group >>> 8
    bytes[2 * index + 1] = group & 255
  })
  return bytes
}
