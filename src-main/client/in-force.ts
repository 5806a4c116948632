/** What the settings mean to the rooms: limits of a manager, the line of the ban score, the whitelist. Pure. */
import type { Settings } from '../../src-preload/contract.ts'
import type { ManagerLimits } from '../connections/index.ts'
import { SubnetSet, parseSubnet } from '../transport/index.ts'
import type { ReputationSettings } from '../reputation/index.ts'

export function limitsOf(settings: Settings, networkDropsAtRandom: boolean): Partial<ManagerLimits> {
  const drop = settings['limits.dropAtRandom']
  return {
    targetOutbound: settings['limits.targetOutbound'],
    maxInbound: settings['network.listen'] ? settings['limits.maxInbound'] : 0,
    maxDialing: settings['limits.dialing'],
    halfOpenPerPrefix: settings['limits.halfOpenPerPrefix'],
    maxPerPrefix: settings['limits.maxPerPrefix'],
    connectTimeoutMs: settings['limits.connectTimeout'] * 1000,
    retryBaseMs: settings['limits.retryDelay'] * 1000,
    retryJitter: settings['limits.retryJitter'] / 100,
    usesFeelers: settings['limits.feelers'],
    usesAnchors: settings['limits.anchors'],
    dropsAtRandom: drop === 'network' ? networkDropsAtRandom : drop === 'on',
    isConnectOnly: settings['network.connectOnly'].length > 0,
  }
}

export function reputationSettingsOf(settings: Settings): ReputationSettings {
  return {
    isBanningOn: settings['reputation.banning'],
    banAbove: settings['reputation.banAbove'],
    banMs: settings['reputation.banHours'] * 3_600_000,
  }
}

export function whitelistOf(items: readonly string[]): SubnetSet {
  const set = new SubnetSet()
  for (const item of items) set.add(parseSubnet(item))
  return set
}
