/** Hooks over the live store. Each returns the narrowest thing that changes, so that a component renders only then. */
import { useStore } from 'zustand'
import type { NetworkRecord, PeerRecord } from '../../src-preload/contract.ts'
import { live, type Live } from './store.ts'

/** Any slice of the live store; the selector must return something whose identity is stable. */
export function useLive<T>(select: (state: Live) => T): T {
  return useStore(live, select)
}

export const useOverview = (): Live['overview'] => useLive(state => state.overview)
export const useNetworks = (): readonly NetworkRecord[] => useLive(state => state.networks)
export const useNotices = (): Live['notices'] => useLive(state => state.notices)
export const usePlayground = (): Live['playground'] => useLive(state => state.playground)
export const usePeers = (): Live['peers'] => useLive(state => state.peers)
export const usePins = (): Live['pins'] => useLive(state => state.pins)
export const useAttempts = (): Live['attempts'] => useLive(state => state.attempts)
export const useBans = (): Live['bans'] => useLive(state => state.bans)
export const useSettings = (): Live['settings'] => useLive(state => state.settings)

export function usePeer(id: string | null): PeerRecord | undefined {
  return useLive(state => (id === null ? undefined : state.peers.byId.get(id)))
}
