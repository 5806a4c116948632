/**
 * Secrets at rest: proxies' passwords, the onion key. Sealed by the system's key store where the shell has one
 * (Electron's safeStorage), else as they are in the store, whose file only its owner may read (0600).
 */
import type { Store } from '../store/index.ts'

/** What a shell offers to seal with. */
export interface Sealer {
  seal(text: string): Uint8Array
  /** Throws when the key store has changed or is locked. */
  open(sealed: Uint8Array): string
}

export interface Vault {
  /** Null when there is none, or when it cannot be opened any more. */
  get(name: string): string | null
  /** Durable on return. */
  set(name: string, text: string): void
  remove(name: string): void
  readonly isEncrypted: boolean
}

/** First byte of what is kept: how the rest is to be read. */
const PLAIN = 0
const SEALED = 1

export function createVault(secrets: Store['secrets'], sealer: Sealer | null, warn: (text: string) => void): Vault {
  return {
    isEncrypted: sealer !== null,
    get: name => {
      const kept = secrets.get(name)
      if (kept === null || kept.length === 0) return null
      const rest = kept.subarray(1)
      if (kept[0] === PLAIN) return new TextDecoder().decode(rest)
      try {
        if (sealer === null) throw new Error('this shell has no key store')
        return sealer.open(rest)
      } catch (error) {
        warn(`${name} cannot be opened: it was sealed by a key store of this system (${(error as Error).message})`)
        return null
      }
    },
    set: (name, text) => {
      const rest = sealer === null ? new TextEncoder().encode(text) : sealer.seal(text)
      const kept = new Uint8Array(1 + rest.length)
      kept[0] = sealer === null ? PLAIN : SEALED
      kept.set(rest, 1)
      secrets.set(name, kept)
    },
    remove: name => secrets.set(name, new Uint8Array()),
  }
}
