/**
 * Keccak-256 by WebAssembly: at once, and as the running state of a MAC. One instance serves all: states are kept as
 * bytes and put back before each use, so that a connection costs two hundred bytes and no memory page.
 */
import { createKeccak } from 'hash-wasm'

const hasher = await createKeccak(256)

export function keccak256(...parts: readonly Uint8Array[]): Uint8Array {
  hasher.init()
  for (const part of parts) hasher.update(part)
  return hasher.digest('binary')
}

/** A hash that goes on after each look at it. */
export class KeccakState {
  #state: Uint8Array

  constructor(...parts: readonly Uint8Array[]) {
    hasher.init()
    for (const part of parts) hasher.update(part)
    this.#state = hasher.save()
  }

  update(bytes: Uint8Array): void {
    hasher.load(this.#state)
    hasher.update(bytes)
    this.#state = hasher.save()
  }

  /** The hash of all so far, 32 bytes. */
  digest(): Uint8Array {
    hasher.load(this.#state)
    return hasher.digest('binary')
  }

  /** Both, sparing one load. */
  updated(bytes: Uint8Array): Uint8Array {
    hasher.load(this.#state)
    hasher.update(bytes)
    this.#state = hasher.save()
    return hasher.digest('binary')
  }
}
