/** Onion keys as Tor makes them, from node's own ed25519: for tests. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { onionAddress } from '../../src-main/transport/index.ts'

/** The key in Tor's form and the address that belongs to it, from one byte. */
export function madeOnion(byte: number): { readonly key: string; readonly serviceId: string } {
  const seed = Buffer.alloc(32, byte)
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
    .export({ format: 'der', type: 'spki' })
    .subarray(-32)
  const expanded = createHash('sha512').update(seed).digest()
  expanded[0] = (expanded[0] ?? 0) & 248
  expanded[31] = ((expanded[31] ?? 0) & 63) | 64
  return {
    key: `ED25519-V3:${expanded.toString('base64')}`,
    serviceId: onionAddress(publicKey, 1).host.replace('.onion', ''),
  }
}
