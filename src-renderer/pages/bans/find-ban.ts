/** Which ban keeps an address out, as far as the page can tell by text: the client alone decides about subnets. Pure. */
import type { BanRecord } from '../../../src-preload/contract.ts'

/** The host of `host:port`, `[::1]:port`, `host` or a subnet; brackets stay. */
export function hostOf(address: string): string {
  const bracketed = /^(\[[^\]]*\])(?::\d+)?$/.exec(address)
  if (bracketed?.[1] !== undefined) return bracketed[1]
  const parts = address.split(':')
  return parts.length === 2 && parts[0] !== undefined ? parts[0] : address
}

/** The ban of just this address or endpoint; undefined when there is none, or only a subnet that holds it. */
export function findBan(bans: Iterable<BanRecord>, address: string): BanRecord | undefined {
  const bare = (host: string): string => host.replace(/^\[|\]$/g, '')
  const host = bare(hostOf(address))
  for (const ban of bans) {
    if (ban.target === address) return ban
    if (ban.kind === 'address' && bare(ban.target) === host) return ban
  }
  return undefined
}
