/** Rows for tests. */
import type { AddressRow, BanRow, PinRow } from '../../src-main/store/index.ts'

export const ban = (n: number, changes: Partial<BanRow> = {}): BanRow => ({
  id: `ban-${n}`,
  target: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
  kind: 'address',
  createdAt: 1_700_000_000_000 + n,
  until: 1_900_000_000_000,
  reason: 'It sent what no peer sends.',
  by: 'rule',
  rule: 'bitcoin.malformed',
  evidence: null,
  score: 100.5,
  network: 'bitcoin',
  agent: '/Satoshi:29.0.0/',
  refused: 0,
  ...changes,
})

export const pin = (n: number): PinRow => ({
  id: `pin-${n}`,
  network: 'bitcoin',
  address: `192.0.2.${n}:8333`,
  isPinned: true,
  isTrusted: n % 2 === 0,
  addedAt: n,
  note: 'mine',
})

export const address = (n: number): AddressRow => ({
  key: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}:8333`,
  source: 'user',
  services: BigInt(n) | (1n << 63n),
  seenAt: 1_700_000_000_000 + n,
  lastTryAt: 0,
  lastSuccessAt: 0,
  failures: n % 7,
  isTried: n % 3 === 0,
  buckets: n % 3 === 0 ? [] : [n % 1024, (n * 7) % 1024],
})
