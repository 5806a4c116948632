/** Lists of bans as text: Warren's own, and Bitcoin Core's banlist.json. What is read was written by others. */
import type { Ban, BanTarget, NewBan } from './ban.ts'
import { parseBanTarget } from './ban.ts'
import { ReputationError } from './error.ts'
import { MAX_AGENT_LENGTH, MAX_BANS, MAX_EVIDENCE_LENGTH, MAX_IMPORT_LENGTH, MAX_REASON_LENGTH } from './limits.ts'

const FORMAT = 'warren-bans'
const VERSION = 1

/** What crosses to another Warren; ids and counts of refusals are this one's own. */
const PORTABLE = [
  'target',
  'createdAt',
  'until',
  'reason',
  'by',
  'rule',
  'evidence',
  'score',
  'network',
  'agent',
] as const satisfies readonly (keyof Ban)[]

export function printBans(bans: readonly Ban[]): string {
  const entries = bans.map(ban => Object.fromEntries(PORTABLE.map(field => [field, ban[field]])))
  return `${JSON.stringify({ format: FORMAT, version: VERSION, bans: entries }, null, 1)}\n`
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fail = (text: string): ReputationError => new ReputationError('bad-import', text)

/**
 * Every ban of a list. `now`: milliseconds since the epoch.
 * @throws {ReputationError} `bad-import` with the entry and what is wrong with it
 */
export function readBans(text: string, now: number): NewBan[] {
  if (text.length > MAX_IMPORT_LENGTH) throw fail(`The list is longer than ${MAX_IMPORT_LENGTH} characters.`)
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw new ReputationError('bad-import', 'This is no list of bans: it is not JSON.', error)
  }
  if (!isFields(parsed)) throw fail('This is no list of bans: it is not a JSON object.')
  if (Array.isArray(parsed['banned_nets'])) return readAll(parsed['banned_nets'], entry => fromCore(entry, now))
  if (parsed['format'] !== FORMAT || !Array.isArray(parsed['bans']))
    throw fail("This is no list of bans: neither Warren's (warren-bans) nor Bitcoin Core's (banned_nets).")
  if (parsed['version'] !== VERSION)
    throw fail(`This list is of version ${String(parsed['version'])}; this Warren reads version ${VERSION}.`)
  return readAll(parsed['bans'], entry => fromOwn(entry, now))
}

function readAll(entries: readonly unknown[], read: (entry: Fields) => NewBan): NewBan[] {
  if (entries.length > MAX_BANS) throw new ReputationError('full', `The list holds more than ${MAX_BANS} bans.`)
  return entries.map((entry, index) => {
    try {
      if (!isFields(entry)) throw fail('It is not an object.')
      return read(entry)
    } catch (error) {
      if (!(error instanceof ReputationError)) throw error
      throw new ReputationError('bad-import', `Entry ${index + 1}: ${error.message} Nothing was imported.`, error)
    }
  })
}

/** One of `{version, ban_created, banned_until, address}`, times in seconds. Source: Bitcoin Core, banlist.json. */
function fromCore(entry: Fields, now: number): NewBan {
  if (entry['version'] !== 1) throw fail('Its "version" is not 1.')
  return {
    target: targetOf(entry['address'], 'address'),
    createdAt: Math.min(now, timeOf(entry['ban_created'], 'ban_created') * 1000),
    until: timeOf(entry['banned_until'], 'banned_until') * 1000,
    by: 'import',
    reason: "From Bitcoin Core's list of bans",
  }
}

function fromOwn(entry: Fields, now: number): NewBan {
  const score = entry['score'] ?? null
  if (score !== null && !Number.isSafeInteger(score)) throw fail('Its "score" is not a whole number.')
  return {
    target: targetOf(entry['target'], 'target'),
    createdAt: Math.min(now, timeOf(entry['createdAt'], 'createdAt')),
    until: timeOf(entry['until'], 'until'),
    by: 'import',
    reason: wordsOf(entry['reason'], 'reason', MAX_REASON_LENGTH) ?? '',
    rule: wordsOf(entry['rule'], 'rule', MAX_REASON_LENGTH),
    evidence: wordsOf(entry['evidence'], 'evidence', MAX_EVIDENCE_LENGTH),
    score: score === null ? null : Number(score),
    network: wordsOf(entry['network'], 'network', MAX_REASON_LENGTH),
    agent: wordsOf(entry['agent'], 'agent', MAX_AGENT_LENGTH),
  }
}

function targetOf(value: unknown, field: string): BanTarget {
  if (typeof value !== 'string') throw fail(`Its "${field}" is missing.`)
  return parseBanTarget(value)
}

function timeOf(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw fail(`Its "${field}" is not a time: a whole number, 0 or more.`)
  return value
}

function wordsOf(value: unknown, field: string, longest: number): string | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') throw fail(`Its "${field}" is not text.`)
  return plainWords(value, longest)
}

/** Text of others as it may be shown and kept: control characters replaced, cut. */
export function plainWords(text: string, longest: number): string {
  return text.slice(0, longest).replace(/\p{Cc}/gu, '\uFFFD')
}
