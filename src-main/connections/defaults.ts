/** What a manager does unless it is told otherwise, and the profiles' common parts. */
import {
  BRAKE_AFTER_FAILURES,
  BRAKE_DELAY_MS,
  CONNECT_TIMEOUT_MS,
  DIAL_HISTORY_MS,
  HALF_OPEN_PER_PREFIX,
  HANDSHAKE_TIMEOUT_MS,
  HARD_CAP,
  MAX_DIALING,
  MAX_INBOUND,
  MAX_PER_PREFIX,
  RETRY_BASE_MS,
  RETRY_CAP_MS,
  RETRY_JITTER,
  TARGET_OUTBOUND,
} from './limits.ts'
import type { ManagerLimits } from './types.ts'

export const DEFAULT_LIMITS: ManagerLimits = {
  targetOutbound: TARGET_OUTBOUND,
  maxInbound: MAX_INBOUND,
  maxPeers: null,
  hardCap: HARD_CAP,
  maxDialing: MAX_DIALING,
  maxHalfOpen: null,
  halfOpenPerPrefix: HALF_OPEN_PER_PREFIX,
  maxPerPrefix: MAX_PER_PREFIX,
  connectTimeoutMs: CONNECT_TIMEOUT_MS,
  handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
  retryBaseMs: RETRY_BASE_MS,
  retryCapMs: RETRY_CAP_MS,
  retryJitter: RETRY_JITTER,
  brakeAfterFailures: BRAKE_AFTER_FAILURES,
  brakeDelayMs: BRAKE_DELAY_MS,
  dialHistoryMs: DIAL_HISTORY_MS,
  usesFeelers: true,
  usesAnchors: true,
  dropsAtRandom: false,
  isConnectOnly: false,
}

/**
 * Automatic outbound peers out of so many in all: one for every `ratio`, at least one, none of none. The rest is for
 * inbound peers. Source: go-ethereum p2p/server.go (maxDialedConns; ratio 3).
 */
export function dialedShare(maxPeers: number, ratio: number): number {
  return maxPeers <= 0 ? 0 : Math.max(1, Math.floor(maxPeers / ratio))
}
