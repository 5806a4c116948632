/** Which ban the page names for an address. */
import { describe, expect, it } from 'vitest'
import type { BanRecord } from '../../src-preload/contract.ts'
import { findBan, hostOf } from '../../src-renderer/pages/bans/find-ban.ts'

const ban = (target: string, kind: BanRecord['kind'] = 'address'): BanRecord => ({
  id: target,
  target,
  kind,
  createdAt: 0,
  until: 1,
  reason: '',
  by: 'user',
  rule: null,
  evidence: null,
  score: null,
  network: null,
  agent: null,
  refused: 0,
})

describe('hostOf', () => {
  it.each([
    ['203.0.113.7:8333', '203.0.113.7'],
    ['203.0.113.7', '203.0.113.7'],
    ['[2001:db8::1]:8333', '[2001:db8::1]'],
    ['2001:db8::1', '2001:db8::1'],
    ['203.0.113.0/24', '203.0.113.0/24'],
  ])('of %s is %s', (address, host) => expect(hostOf(address)).toBe(host))
})

describe('findBan', () => {
  it('finds the ban of the address whatever its port and brackets', () => {
    expect(findBan([ban('1.1.1.1'), ban('203.0.113.7')], '203.0.113.7:8333')?.id).toBe('203.0.113.7')
    expect(findBan([ban('2001:db8::1')], '[2001:db8::1]:8333')?.id).toBe('2001:db8::1')
  })

  it('takes a ban of another port of the same address for none', () => {
    expect(findBan([ban('127.0.0.1:1', 'endpoint')], '127.0.0.1:2')).toBeUndefined()
    expect(findBan([ban('127.0.0.1:1', 'endpoint')], '127.0.0.1:1')?.kind).toBe('endpoint')
  })
})
