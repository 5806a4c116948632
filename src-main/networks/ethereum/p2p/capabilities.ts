/** Which capabilities two peers share, and where the codes of each begin. Source: go-ethereum matchProtocols. */
import { BASE_CODES } from './messages.ts'
import type { Capability } from './messages.ts'

/** A capability that we speak, and how many codes it has. */
export interface LocalCapability extends Capability {
  readonly length: number
}

export interface Shared extends LocalCapability {
  /** Its first code on this connection. */
  readonly offset: number
}

/** Sorted by name; of one name the highest version that both have, and only that, takes codes. */
export function matchCapabilities(local: readonly LocalCapability[], remote: readonly Capability[]): readonly Shared[] {
  const best = new Map<string, LocalCapability>()
  for (const one of local) {
    const isShared = remote.some(({ name, version }) => name === one.name && version === one.version)
    if (isShared && (best.get(one.name)?.version ?? -1) < one.version) best.set(one.name, one)
  }
  let offset = BASE_CODES
  return [...best.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(one => {
      const shared = { ...one, offset }
      offset += one.length
      return shared
    })
}
