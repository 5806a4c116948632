/** Group and source names as small numbers, counted by their users and forgotten with the last of them. */
import type { KeyedHash } from './siphash.ts'

export class NameTable {
  readonly #ids = new Map<string, number>()
  readonly #names: string[] = []
  readonly #users: Uint32Array
  readonly #low: Uint32Array
  readonly #high: Uint32Array
  readonly #free: number[] = []
  readonly #hash: KeyedHash
  /** Halves of the hash that was looked at last. */
  low = 0
  high = 0

  /** @param capacity most names in use at once */
  constructor(capacity: number, hash: KeyedHash) {
    this.#users = new Uint32Array(capacity)
    this.#low = new Uint32Array(capacity)
    this.#high = new Uint32Array(capacity)
    this.#hash = hash
  }

  /** The name's number; `release` it when done. Throws when full, which the caller's own capacity excludes. */
  acquire(name: string): number {
    let id = this.#ids.get(name)
    if (id === undefined) {
      id = this.#free.pop() ?? this.#names.length
      if (id >= this.#users.length) throw new RangeError(`No room for another name beside ${this.#users.length}`)
      this.#ids.set(name, id)
      this.#names[id] = name
      this.#hash.text(name)
      this.#low[id] = this.#hash.low
      this.#high[id] = this.#hash.high
    }
    this.#users[id] = (this.#users[id] ?? 0) + 1
    return id
  }

  /** Puts the halves of a name's keyed hash into `low` and `high`, whether it is in use or not. */
  look(name: string): void {
    const id = this.#ids.get(name)
    if (id === undefined) {
      this.#hash.text(name)
      this.low = this.#hash.low
      this.high = this.#hash.high
    } else {
      this.low = this.#low[id] ?? 0
      this.high = this.#high[id] ?? 0
    }
  }

  release(id: number): void {
    const left = (this.#users[id] ?? 1) - 1
    this.#users[id] = left
    if (left > 0) return
    this.#ids.delete(this.name(id))
    this.#names[id] = ''
    this.#free.push(id)
  }

  name(id: number): string {
    return this.#names[id] ?? ''
  }

  /** Names in use. */
  get size(): number {
    return this.#ids.size
  }

  /** The `count` names with most users, most first. */
  top(count: number): { name: string; users: number }[] {
    const best: { name: string; users: number }[] = []
    for (const [name, id] of this.#ids) {
      const users = this.#users[id] ?? 0
      const last = best[count - 1]
      if (last !== undefined && users <= last.users) continue
      const at = best.findIndex(one => one.users < users)
      best.splice(at < 0 ? best.length : at, 0, { name, users })
      if (best.length > count) best.pop()
    }
    return best
  }
}
