/**
 * A source of nodes of which only some are wanted: the DHTs are shared with other networks, and it takes a node's record
 * to tell. Several nodes are asked at once, since each may take a second to answer.
 */
import type { MixSource } from '../../../discovery/index.ts'
import { MAX_CANDIDATE_CHECKS } from './limits.ts'
import type { DiscoveredNode } from './node.ts'

export class CheckedSource implements MixSource<DiscoveredNode> {
  readonly #source: MixSource<DiscoveredNode>
  readonly #check: (node: DiscoveredNode) => Promise<DiscoveredNode | null>
  readonly #ready: DiscoveredNode[] = []
  readonly #checks = new Set<Promise<void>>()
  #pulling: Promise<void> | null = null
  #isOver = false

  /** @param check gives the node as it should be dialed, or null when it is not wanted; a rejection says the same */
  constructor(source: MixSource<DiscoveredNode>, check: (node: DiscoveredNode) => Promise<DiscoveredNode | null>) {
    this.#source = source
    this.#check = check
  }

  async next(signal: AbortSignal): Promise<DiscoveredNode | null> {
    while (!signal.aborted) {
      const node = this.#ready.shift()
      if (node !== undefined) return node
      if (!this.#isOver && this.#pulling === null && this.#checks.size < MAX_CANDIDATE_CHECKS) this.#pull(signal)
      const steps = [...this.#checks, ...(this.#pulling === null ? [] : [this.#pulling])]
      if (steps.length === 0) return null
      await Promise.race(steps)
    }
    return null
  }

  #pull(signal: AbortSignal): void {
    this.#pulling = this.#source
      .next(signal)
      .catch(() => null)
      .then(node => {
        this.#pulling = null
        if (node === null) this.#isOver = true
        else this.#begin(node)
      })
  }

  #begin(node: DiscoveredNode): void {
    const check: Promise<void> = this.#check(node)
      .catch(() => null)
      .then(wanted => {
        this.#checks.delete(check)
        if (wanted !== null) this.#ready.push(wanted)
      })
    this.#checks.add(check)
  }
}
