/** Peers: listing, details, and everything that can be done with one. */
import { RequestError } from '../../../src-preload/contract/port.ts'
import { decideBanTarget } from '../../reputation/index.ts'
import { pinId } from '../pins.ts'
import { presentPin } from '../present-pin.ts'
import { networkOf, presentAttempt, presentDetail, presentPeer } from '../present.ts'
import type { Context, Handlers } from './context.ts'
import { findPeer, goneError, runtimeOf, typedAddress } from './context.ts'

export function peerHandlers(context: Context): Handlers {
  const { runtimes, pins, reputation, clock, changes, geo } = context
  const changedPins = (): void => changes.tell('pins')

  return {
    'peers.list': ({ network }) => ({
      peers: [...runtimes].flatMap(([id, runtime]) =>
        network !== undefined && network !== id
          ? []
          : Array.from(runtime.watches.values(), watch => presentPeer(watch, id)),
      ),
    }),
    'peers.get': ({ id }) => {
      const found = findPeer(context, id)
      const detail = found === null ? null : presentDetail(found.watch, found.runtime.known.id, geo)
      if (detail === null) throw goneError('This peer')
      return detail
    },
    'peers.add': ({ network, address: text, keep, trusted, note }) => {
      const runtime = runtimeOf(context, network)
      const address = typedAddress(text, runtime)
      const ban = reputation.bans.find(address)
      if (ban !== null)
        throw new RequestError('banned', `${address.key} is banned (${ban.target}). Lift the ban first.`, {
          address: 'it is banned',
        })
      const route = context.transport.decide(address)
      if (route.kind === 'blocked') throw new RequestError('blocked', route.reason, { address: route.reason })
      const isThere = runtime.manager.sessionsAt(address).length > 0
      if (isThere && !keep)
        throw new RequestError('already-connected', `${address.key} is connected already.`, {
          address: 'it is connected already',
        })
      const id = pinId(network, address.key)
      if (keep && pins.get(id)?.isPinned === true)
        throw new RequestError('duplicate', `${address.key} is pinned already.`, { address: 'it is pinned already' })
      if (keep || trusted)
        pins.change(network, address, {
          ...(keep ? { isPinned: true, note } : {}),
          ...(trusted ? { isTrusted: true } : {}),
        })
      if (trusted) runtime.manager.setTrusted(address.host, true)
      runtime.manager.connect(address, { mode: keep ? 'keep' : 'once', isTrusted: trusted })
      changedPins()
      return { id, address: address.key }
    },
    'peers.disconnect': ({ ids }) => {
      let done = 0
      for (const id of ids) {
        const found = findPeer(context, id)
        if (found?.runtime.manager.disconnect(found.watch.managed.id, { code: 'requested', text: 'You closed it.' }))
          done += 1
      }
      return { done }
    },
    'peers.ban': ({ ids, durationMs, reason }) => {
      const banIds = new Set<string>()
      const refused: { id: string; why: string }[] = []
      for (const id of ids) {
        const found = findPeer(context, id)
        if (found === null) {
          refused.push({ id, why: 'The peer is gone.' })
          continue
        }
        const { managed } = found.watch
        const target = decideBanTarget({
          address: managed.address,
          direction: managed.direction,
          isProxied: managed.connection.route.kind !== 'direct',
        })
        if (target === null) {
          refused.push({
            id,
            why: 'Its address stands for many peers (a proxy, or this machine itself); it is only disconnected.',
          })
          found.runtime.manager.disconnect(managed.id, { code: 'requested', text: 'You closed it.' })
          continue
        }
        const facts = managed.session.facts()
        const ban = reputation.bans.add({
          target,
          until: clock.now() + durationMs,
          by: 'user',
          reason: reason === '' ? 'banned by hand' : reason,
          score: managed.score?.score() ?? 0,
          network: found.runtime.known.id,
          agent: facts.agent,
        })
        banIds.add(ban.id)
      }
      for (const runtime of runtimes.values()) runtime.manager.enforceBans()
      return { banIds: [...banIds], refused }
    },
    'peers.pin': ({ network, address: text, note }) => {
      const runtime = runtimeOf(context, network)
      const address = typedAddress(text, runtime)
      const id = pins.change(network, address, { isPinned: true, note })
      runtime.manager.connect(address, { mode: 'keep', isTrusted: pins.get(id)?.isTrusted ?? false })
      changedPins()
      return { id }
    },
    'peers.unpin': ({ network, address: text }) => {
      const runtime = runtimeOf(context, network)
      const address = typedAddress(text, runtime)
      pins.change(network, address, { isPinned: false })
      const [session] = runtime.manager.sessionsAt(address)
      if (session !== undefined) runtime.manager.setPinned(session.id, false)
      const request = runtime.manager
        .requests()
        .find(one => one.address?.key === address.key && one.kind === 'permanent')
      if (session === undefined && request !== undefined) runtime.manager.remove(request.id)
      changedPins()
      return {}
    },
    'peers.trust': ({ network, address: text }) => {
      const runtime = runtimeOf(context, network)
      const address = typedAddress(text, runtime)
      const id = pins.change(network, address, { isTrusted: true })
      runtime.manager.setTrusted(address.host, true)
      changedPins()
      return { id }
    },
    'peers.untrust': ({ network, address: text }) => {
      const runtime = runtimeOf(context, network)
      const address = typedAddress(text, runtime)
      pins.change(network, address, { isTrusted: false })
      runtime.manager.setTrusted(address.host, false)
      changedPins()
      return {}
    },
    'pins.list': () => ({ pins: Array.from(pins.rows(), row => presentPin(row, runtimes.get(row.network))) }),
    'attempts.list': ({ network }) => {
      const chosen = [...runtimes.values()].filter(runtime => network === undefined || runtime.known.id === network)
      const refusals: Record<string, number> = {}
      for (const runtime of chosen) {
        for (const [code, count] of Object.entries(runtime.manager.refusals()))
          refusals[code] = (refusals[code] ?? 0) + count
      }
      return {
        attempts: chosen.flatMap(runtime =>
          runtime.manager.attempts().map(attempt => presentAttempt(attempt, runtime.known.id)),
        ),
        slots: chosen.flatMap(runtime => runtime.slots()),
        refusals,
      }
    },
    'attempts.retryNow': ({ id }) => {
      const runtime = runtimes.get(networkOf(id) ?? '')
      const attempt = runtime?.manager.attempt(id) ?? null
      if (runtime === undefined || attempt === null) throw goneError('This attempt')
      if (attempt.requestId === null || !runtime.manager.retryNow(attempt.requestId)) {
        throw new RequestError('not-waiting', `${attempt.address} is not waiting for its next try.`)
      }
      return {}
    },
    'attempts.cancel': ({ id }) => {
      const runtime = runtimes.get(networkOf(id) ?? '')
      const attempt = runtime?.manager.attempt(id) ?? null
      if (runtime === undefined || attempt === null || attempt.requestId === null) throw goneError('This attempt')
      runtime.manager.cancel(attempt.requestId)
      return {}
    },
  }
}
