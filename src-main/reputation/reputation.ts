/** Who stays: keeps a score for each session, weighs each breach, and bans those who pass the line. */
import type { Log } from '../log/index.ts'
import type { Clock, RandomSource } from '../time/index.ts'
import type { Ban, BanStore, PeerPlace } from './ban.ts'
import { decideBanTarget } from './ban.ts'
import { BanList } from './ban-list.ts'
import { ReputationError } from './error.ts'
import { MAX_AGENT_LENGTH, MAX_EVIDENCE_LENGTH, MAX_SCORE_EVENTS } from './limits.ts'
import { plainWords } from './portable.ts'
import type { RuleStore } from './rule-book.ts'
import { RuleBook } from './rule-book.ts'
import type { Rule } from './rules.ts'
import type { BanScore } from './score.ts'
import { SCORE_HALF_LIFE_S, SCORE_LIFETIME_S, ZERO_SCORE, increase, scoreAt } from './score.ts'

export interface ReputationSettings {
  /** Off: scores are kept and shown, nobody is banned for them. */
  readonly isBanningOn: boolean
  /** Above this a ban follows; above half of it a warning. */
  readonly banAbove: number
  /** How long an automatic ban lasts, milliseconds. */
  readonly banMs: number
}

/** What a session did wrong, as networks report it. */
export interface Breach {
  readonly rule: string
  readonly evidence: string
  readonly message?: string
  readonly count?: number
}

/** One increase of a score. */
export interface ScoreEvent {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly rule: string
  readonly evidence: string
  readonly message: string | null
  readonly persistent: number
  readonly transient: number
  readonly before: number
  readonly after: number
}

export interface Verdict {
  readonly action: 'keep' | 'warn' | 'disconnect' | 'ban'
  /** Null when the breach counted for nothing: its rule is off, or the session was over. */
  readonly event: ScoreEvent | null
  /** The ban that was made or extended, when the action is ban. */
  readonly ban: Ban | null
  /** Why, a sentence for people; empty when the session is kept without a word. */
  readonly text: string
}

/** A session as reputation sees it. */
export interface ScoredPeer extends PeerPlace {
  /** Scored and shown, never banned. */
  readonly isWhitelisted: boolean
  readonly network: string
  /** What the peer calls itself, asked when it is banned. */
  readonly agent: () => string | null
}

/** A score as the window draws it. */
export interface ScoreCurve {
  readonly persistent: number
  /** As it was at `at`; halves every `halfLifeMs` and is nothing after `lifetimeMs`. */
  readonly transient: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly halfLifeMs: number
  readonly lifetimeMs: number
  readonly warnAt: number
  readonly banAbove: number
}

export interface PeerScore {
  /** Weighs a breach, bans if it has come to that, and says what the owner of the session must do. */
  apply(breach: Breach): Verdict
  /** The score now. */
  score(): number
  curve(): ScoreCurve
  /** The latest increases, oldest first, at most `MAX_SCORE_EVENTS`. */
  events(): readonly ScoreEvent[]
  /** The whitelist has changed. */
  setWhitelisted(isWhitelisted: boolean): void
  /** The session is over. */
  close(): void
}

export interface Reputation {
  readonly bans: BanList
  readonly rules: RuleBook
  /** Begins to score a session. Throws when one of that key is open. */
  open(sessionKey: string, peer: ScoredPeer): PeerScore
  get(sessionKey: string): PeerScore | null
  configure(settings: ReputationSettings): void
  close(): void
}

export interface ReputationOptions {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly banStore: BanStore
  readonly ruleStore: RuleStore
  readonly settings: ReputationSettings
  /** Bans in force at once; `MAX_BANS` when absent. */
  readonly maxBans?: number
}

/**
 * What a score after a breach leads to. Whitelisted peers, and all when banning is off, are scored and warned about as
 * others are, and only lose sessions that cannot go on.
 */
export function decideVerdict(
  after: number,
  rule: Pick<Rule, 'disconnects'>,
  settings: Pick<ReputationSettings, 'isBanningOn' | 'banAbove'>,
  isWhitelisted: boolean,
): Verdict['action'] {
  if (after > settings.banAbove && settings.isBanningOn && !isWhitelisted) return 'ban'
  if (rule.disconnects) return 'disconnect'
  return after > settings.banAbove / 2 ? 'warn' : 'keep'
}

const NOTHING: Verdict = { action: 'keep', event: null, ban: null, text: '' }
const OVER: Verdict = { action: 'disconnect', event: null, ban: null, text: 'The session is over already.' }

export function createReputation(options: ReputationOptions): Reputation {
  const { clock, random, log } = options
  const bans = new BanList({
    clock,
    random,
    log,
    store: options.banStore,
    ...(options.maxBans === undefined ? {} : { maxBans: options.maxBans }),
  })
  const rules = new RuleBook(options.ruleStore, log)
  const open = new Map<string, PeerScore>()
  let { settings } = options

  /** The ban, or a sentence on why there can be none. */
  const ban = (peer: ScoredPeer, event: ScoreEvent, rule: Rule): Ban | string => {
    const target = decideBanTarget(peer)
    if (target === null) return 'It is not banned, since its address stands for more than this peer.'
    try {
      return bans.add({
        target,
        until: event.at + settings.banMs,
        by: 'rule',
        reason: rule.summary,
        rule: rule.name,
        evidence: event.evidence,
        score: event.after,
        network: peer.network,
        agent: agentOf(peer),
      })
    } catch (error) {
      if (!(error instanceof ReputationError)) throw error
      return `It is not banned. ${error.message}`
    }
  }

  const score = (sessionKey: string, peer: ScoredPeer): PeerScore => {
    let state: BanScore = ZERO_SCORE
    let { isWhitelisted } = peer
    let isOver = false
    const events: ScoreEvent[] = []
    const apply = (breach: Breach): Verdict => {
      if (isOver) return OVER
      const cost = rules.apply(breach.rule, breach.count ?? 1)
      if (cost === null) return NOTHING
      const { rule, persistent, transient } = cost
      const at = clock.now()
      const now = Math.floor(at / 1000)
      const before = scoreAt(state, now)
      state = increase(state, persistent, transient, now)
      const event: ScoreEvent = {
        at,
        rule: rule.name,
        evidence: plainWords(breach.evidence, MAX_EVIDENCE_LENGTH),
        message: breach.message ?? null,
        persistent,
        transient,
        before,
        after: scoreAt(state, now),
      }
      events.push(event)
      if (events.length > MAX_SCORE_EVENTS) events.shift()
      const action = decideVerdict(event.after, rule, settings, isWhitelisted)
      const made = action === 'ban' ? ban(peer, event, rule) : ''
      isOver = action === 'ban' || action === 'disconnect'
      return told(peer, rule, event, action, made)
    }

    return {
      apply,
      score: () => scoreAt(state, Math.floor(clock.now() / 1000)),
      curve: () => ({
        persistent: state.persistent,
        transient: state.transient,
        at: state.lastUnix * 1000,
        halfLifeMs: SCORE_HALF_LIFE_S * 1000,
        lifetimeMs: SCORE_LIFETIME_S * 1000,
        warnAt: settings.banAbove / 2,
        banAbove: settings.banAbove,
      }),
      events: () => [...events],
      setWhitelisted: whitelisted => {
        isWhitelisted = whitelisted
      },
      close: () => {
        isOver = true
        open.delete(sessionKey)
      },
    }
  }

  /** The verdict, with its sentence, which also goes into the log. */
  const told = (
    peer: ScoredPeer,
    rule: Rule,
    event: ScoreEvent,
    wanted: Verdict['action'],
    made: Ban | string,
  ): Verdict => {
    const fields = { peer: peer.address.key, rule: rule.name, score: event.after, evidence: event.evidence }
    if (typeof made !== 'string') {
      const text = `Banned ${made.target}: ${rule.summary}`
      log.info(text, fields)
      return { action: 'ban', event, ban: made, text }
    }
    if (wanted === 'ban' || wanted === 'disconnect') {
      const text = `Disconnected: ${rule.summary} ${made}`.trim()
      log.info(text, fields)
      return { action: 'disconnect', event, ban: null, text }
    }
    if (wanted === 'keep') return { action: 'keep', event, ban: null, text: '' }
    const text = `Score ${event.after} of ${settings.banAbove}: ${rule.summary}`
    // Said once on the way up, not at every step beyond.
    if (event.before <= settings.banAbove / 2) log.warn(text, fields)
    return { action: 'warn', event, ban: null, text }
  }

  return {
    bans,
    rules,
    open: (sessionKey, peer) => {
      if (open.has(sessionKey)) throw new RangeError(`Session ${sessionKey} is scored already`)
      const made = score(sessionKey, peer)
      open.set(sessionKey, made)
      return made
    },
    get: sessionKey => open.get(sessionKey) ?? null,
    configure: changed => {
      settings = changed
    },
    close: () => {
      open.clear()
      bans.close()
    },
  }
}

function agentOf(peer: ScoredPeer): string | null {
  const agent = peer.agent()
  return agent === null ? null : plainWords(agent, MAX_AGENT_LENGTH)
}
