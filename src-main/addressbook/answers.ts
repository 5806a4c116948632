/**
 * Answers to requests for addresses. One kind of requester gets the same answer for about a day, so that asking often
 * does not copy the book, nor tell by its time stamps whom we are connected to. Source: Bitcoin Core (getaddr caches).
 */
import type { RandomSource } from '../time/index.ts'
import type { Address } from '../transport/index.ts'
import { ANSWER_EXTRA_AGE_MS, ANSWER_MIN_AGE_MS, MAX_ANSWER, MAX_ANSWER_PERCENT, MAX_KEPT_ANSWERS } from './limits.ts'
import { whyTerrible } from './quality.ts'
import type { Tables } from './tables.ts'
import type { ToldAddress } from './types.ts'

/** A fresh sample: at most 1000 addresses or 23 % of the book, shuffled, without terrible and banned ones. */
function sample(
  tables: Tables,
  random: RandomSource,
  isBanned: (address: Address) => boolean,
  now: number,
): ToldAddress[] {
  const wanted = Math.min(MAX_ANSWER, Math.floor((tables.size * MAX_ANSWER_PERCENT) / 100))
  const answer: ToldAddress[] = []
  for (let at = 0; at < tables.size && answer.length < wanted; at++) {
    tables.swap(at, at + random.below(tables.size - at))
    const entry = tables.entryAt(at)
    const history = {
      seenAt: tables.seenAt[entry] ?? 0,
      lastTryAt: tables.lastTryAt[entry] ?? 0,
      lastSuccessAt: tables.lastSuccessAt[entry] ?? 0,
      failures: tables.failures[entry] ?? 0,
    }
    const address = tables.address(entry)
    if (whyTerrible(history, now) !== null || isBanned(address)) continue
    answer.push({ address, services: tables.services[entry] ?? 0n, seenAt: history.seenAt })
  }
  return answer
}

/** Gives answers and keeps them. `now` is milliseconds since the epoch. */
export function createAnswers(
  tables: Tables,
  random: RandomSource,
  isBanned: (address: Address) => boolean,
): (requesterKind: string, now: number) => readonly ToldAddress[] {
  const kept = new Map<string, { readonly madeAt: number; readonly until: number; readonly answer: ToldAddress[] }>()
  return (requesterKind, now) => {
    const known = kept.get(requesterKind)
    // A clock set back by the user must not keep an answer for ever.
    if (known !== undefined && now < known.until && now >= known.madeAt) {
      return known.answer.filter(told => !isBanned(told.address))
    }
    const answer = sample(tables, random, isBanned, now)
    kept.delete(requesterKind)
    for (const oldest of kept.keys()) {
      if (kept.size < MAX_KEPT_ANSWERS) break
      kept.delete(oldest)
    }
    kept.set(requesterKind, {
      madeAt: now,
      until: now + ANSWER_MIN_AGE_MS + random.below(ANSWER_EXTRA_AGE_MS),
      answer,
    })
    return answer
  }
}
