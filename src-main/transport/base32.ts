/** Base32 (RFC 4648 §6) in lower case and without padding, as onion and I2P addresses use it. */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET.charAt((held >>> bits) & 31)
    }
  }
  return bits > 0 ? text + ALPHABET.charAt((held << (5 - bits)) & 31) : text
}

/** The bytes, or null when a character is foreign or the bits left over are not zero. Takes lower case only. */
export function fromBase32(text: string): Uint8Array | null {
  const bytes = new Uint8Array((text.length * 5) >>> 3)
  let bits = 0
  let held = 0
  let at = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const value = code >= 97 && code <= 122 ? code - 97 : code >= 50 && code <= 55 ? code - 24 : -1
    if (value < 0) return null
    held = ((held << 5) | value) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = held >>> bits
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : null
}
