/** Keys to the door in virtual time: how long they hold, how many there are, and what guessing gains. */
import { beforeEach, expect, test } from 'vitest'
import { hostRule, ownHost } from '../../src-main/border/door-checks.ts'
import { Keys } from '../../src-main/border/keys.ts'
import {
  MAX_SESSIONS,
  MAX_TOKENS,
  MAX_WATCHED_ADDRESSES,
  MAX_WRONG_KEYS,
  SESSION_AGE_MS,
  SESSION_IDLE_MS,
  TOKEN_AGE_MS,
  WRONG_KEY_WINDOW_MS,
} from '../../src-main/border/limits.ts'
import { seededRandom, VirtualClock } from '../../src-main/time/index.ts'

let clock: VirtualClock
let keys: Keys
beforeEach(() => {
  clock = new VirtualClock()
  keys = new Keys(clock, seededRandom(1))
})
const open = (): string => keys.openSession('agent', '127.0.0.1')

test('a token is good for an hour and once', () => {
  const [early, late] = [keys.newToken(), keys.newToken()]
  clock.advance(TOKEN_AGE_MS - 1)
  expect(keys.trade(early, '', '')).not.toBeNull()
  expect(keys.trade(early, '', '')).toBeNull()
  clock.advance(1)
  expect(keys.trade(late, '', '')).toBeNull()
})

test('of too many unopened links the oldest is worthless', () => {
  const tokens = Array.from({ length: MAX_TOKENS + 1 }, () => keys.newToken())
  expect(keys.trade(tokens[0] ?? '', '', '')).toBeNull()
  expect(keys.trade(tokens[1] ?? '', '', '')).not.toBeNull()
})

test('a session ends when it is idle for long, and in the end however busy it is', () => {
  const ended: string[] = []
  keys.onEnd(id => ended.push(id))
  const idle = open()
  const busy = open()
  for (let at = 0; at < SESSION_AGE_MS - SESSION_IDLE_MS / 2; at += SESSION_IDLE_MS / 2) {
    expect(keys.sessionOf(busy)).not.toBeNull()
    clock.advance(SESSION_IDLE_MS / 2)
  }
  expect(keys.sessionOf(idle)).toBeNull()
  expect(ended).toHaveLength(1)
  clock.advance(SESSION_IDLE_MS / 2)
  expect(keys.sessionOf(busy)).toBeNull()
  expect(ended).toHaveLength(2)
})

test('the session unused for longest makes room for a new one', () => {
  const first = open()
  const second = open()
  for (let count = 2; count < MAX_SESSIONS; count++) open()
  clock.advance(1000)
  expect(keys.sessionOf(first)).not.toBeNull()
  for (const session of keys.sessions().slice(2)) keys.touch(session.id)
  open()
  expect(keys.sessions()).toHaveLength(MAX_SESSIONS)
  expect(keys.sessionOf(second)).toBeNull()
  expect(keys.sessionOf(first)).not.toBeNull()
})

test('what is listed of a session does not open anything', () => {
  const key = open()
  const [session] = keys.sessions()
  expect(JSON.stringify(session)).not.toContain(key)
  expect(keys.sessionOf(session?.id ?? '')).toBeNull()
})

test('an address that guesses too often waits a minute; others do not', () => {
  for (let count = 0; count < MAX_WRONG_KEYS; count++) expect(keys.noteWrong('a')).toBe(false)
  expect(keys.noteWrong('a')).toBe(true)
  expect(keys.hasGuessedTooOften('a')).toBe(true)
  expect(keys.hasGuessedTooOften('b')).toBe(false)
  clock.advance(WRONG_KEY_WINDOW_MS)
  expect(keys.hasGuessedTooOften('a')).toBe(false)
  expect(keys.noteWrong('a')).toBe(false)
})

test('only so many guessing addresses are remembered', () => {
  for (let count = 0; count <= MAX_WRONG_KEYS; count++) keys.noteWrong('first')
  for (let at = 0; at < MAX_WATCHED_ADDRESSES; at++) keys.noteWrong(`10.0.${String(at >> 8)}.${String(at & 255)}`)
  expect(keys.hasGuessedTooOften('first')).toBe(false)
})

test.each<['loopback' | 'socket' | 'bound', string, boolean]>([
  ['loopback', 'localhost:8443', true],
  ['loopback', 'LOCALHOST:8443', false],
  ['loopback', '127.0.0.1:8443 ', false],
  ['loopback', '127.1:8443', false],
  ['loopback', '192.168.1.2:8443', false],
  ['socket', 'localhost', true],
  ['socket', 'localhost:9000', true],
  ['socket', '127.0.0.1:9000', true],
  ['socket', 'evil.example', false],
  ['socket', 'localhost.evil.example', false],
  ['bound', '192.168.1.2:8443', true],
  ['bound', '[fe80::1]:8443', true],
  ['bound', '192.168.1.2:1', false],
  ['bound', '192.168.1.2', false],
  ['bound', 'evil.example:8443', false],
  ['bound', '', false],
])('a %s door asked for as "%s": %s', (place, host, isOurs) => {
  expect(ownHost({ host: [host] }, hostRule(place, 8443)) !== null).toBe(isOurs)
})
