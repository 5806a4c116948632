/**
 * The whole process killed at random moments under heavy gossip: every ban and pin that was answered is there after the
 * restart, what was lifted and taken back is not, and of the gossip at most the last second is missing.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Output } from '../../src-preload/contract.ts'
import { seededRandom } from '../../src-main/time/index.ts'
import { startPouringPeer, type PouringPeer } from '../support/pouring-peer.ts'
import { warrenBench } from '../support/warren-process.ts'

const SEED = 20_260_401
const ROUNDS = 5
const POURING = 8
const NETWORK = 'bitcoin/regtest'
/** Gossip is written behind within a second; the moment it was read counts, so there is some travel on top. */
const WRITTEN_AFTER_MS = 1500
/** Addresses that are known before the time to the kill begins to run. */
const ENOUGH = 1000

const bench = warrenBench()
const random = seededRandom(SEED)
const peers: PouringPeer[] = []
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close()
})

/** What was answered: it must be there. What was only asked for may be. */
interface Promised {
  readonly bans: Map<string, string>
  readonly liftedBans: Set<string>
  readonly pins: Set<string>
  readonly unpinned: Set<string>
  /** Requests under way when the process was killed: either way is right. */
  open: { readonly target: string }[]
}

/** One request by the secret of the data directory, as `ctl` sends it. Null when the process died before it answered. */
async function ask<N extends 'bans.add' | 'bans.lift' | 'peers.pin' | 'peers.unpin' | 'peers.add' | 'overview.get'>(
  origin: string,
  secret: string,
  request: N,
  input: unknown,
): Promise<Output<N> | null> {
  let answer: { ok?: Output<N>; code?: string; text?: string }
  try {
    const response = await fetch(`${origin}/request`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ request, input }),
    })
    answer = (await response.json()) as typeof answer
  } catch {
    return null
  }
  if (answer.ok === undefined) throw new Error(`${request} ${JSON.stringify(input)}: ${answer.code} ${answer.text}`)
  return answer.ok
}

test(`whatever was answered survives ${ROUNDS} kills`, async () => {
  const dataDir = bench.folder()
  for (let n = 0; n < POURING; n++) peers.push(await startPouringPeer(`127.${60 + n}.0.2`, random))
  const promised: Promised = { bans: new Map(), liftedBans: new Set(), pins: new Set(), unpinned: new Set(), open: [] }
  /** Addresses that were known long enough before the last kill. */
  let written = 0
  let number = 0

  /** Changes one thing; the promise counts from the answer on. */
  const change = async (origin: string, secret: string): Promise<boolean> => {
    const n = number++
    const kind = random.below(5)
    if (kind <= 1) {
      const target = `127.${220 + (n >> 14)}.${(n >> 6) & 255}.${1 + (n & 63)}`
      const open = { target }
      promised.open.push(open)
      const made = await ask(origin, secret, 'bans.add', { target, durationMs: 86_400_000, reason: `number ${n}` })
      if (made === null) return false
      promised.open.splice(promised.open.indexOf(open), 1)
      promised.bans.set(target, made.id)
    } else if (kind === 2 && promised.bans.size > 3) {
      const chosen = [...promised.bans][random.below(promised.bans.size)]
      if (chosen === undefined) return true
      const [target, id] = chosen
      promised.bans.delete(target)
      promised.open.push({ target })
      if ((await ask(origin, secret, 'bans.lift', { ids: [id] })) === null) return false
      promised.liftedBans.add(target)
    } else if (kind === 3 && promised.pins.size > POURING + 3) {
      const address = [...promised.pins].slice(POURING)[random.below(promised.pins.size - POURING)]
      if (address === undefined) return true
      promised.pins.delete(address)
      promised.open.push({ target: address })
      if ((await ask(origin, secret, 'peers.unpin', { network: NETWORK, address })) === null) return false
      promised.unpinned.add(address)
    } else {
      const address = `127.210.${n >> 8}.${n & 255}:9`
      const open = { target: address }
      promised.open.push(open)
      if ((await ask(origin, secret, 'peers.pin', { network: NETWORK, address })) === null) return false
      promised.open.splice(promised.open.indexOf(open), 1)
      promised.pins.add(address)
    }
    return true
  }

  for (let round = 0; round <= ROUNDS; round++) {
    const warren = bench.start(dataDir, '--listen', '127.0.0.1:0')
    const { origin } = await warren.link()
    const secret = readFileSync(join(dataDir, 'secret'), 'utf8').trim()

    // What `ctl`, the program, finds is what was promised.
    const bans = JSON.parse((await bench.ctl(dataDir, 'bans.list')).out) as Output<'bans.list'>
    const pins = JSON.parse((await bench.ctl(dataDir, 'pins.list')).out) as Output<'pins.list'>
    const isOpen = (target: string): boolean => promised.open.some(one => one.target === target)
    const banned = new Map(bans.bans.map(ban => [ban.target, ban.id]))
    const pinned = new Set(pins.pins.flatMap(pin => (pin.isPinned ? [pin.address] : [])))
    for (const [target, id] of promised.bans) expect(banned.get(target), `the ban of ${target}`).toBe(id)
    for (const address of promised.pins) expect(pinned, `the pin of ${address}`).toContain(address)
    for (const target of promised.liftedBans) expect(banned.has(target), `the lifted ban of ${target}`).toBe(false)
    for (const address of promised.unpinned) expect(pinned.has(address), `${address}, unpinned`).toBe(false)
    for (const target of banned.keys()) expect(promised.bans.has(target) || isOpen(target), target).toBe(true)
    for (const address of pinned) expect(promised.pins.has(address) || isOpen(address), address).toBe(true)
    const known = (await ask(origin, secret, 'overview.get', {}))?.overview.known ?? 0
    expect(known, 'addresses that were known well before the kill').toBeGreaterThanOrEqual(written)
    if (round === ROUNDS) {
      expect(await warren.end('SIGTERM')).toMatchObject({ code: 0, err: '' })
      break
    }
    // Those whose request was cut off are decided now.
    for (const { target } of promised.open) {
      const id = banned.get(target)
      if (id !== undefined) promised.bans.set(target, id)
      else if (pinned.has(target)) promised.pins.add(target)
    }
    promised.open = []

    if (round === 0) {
      for (const peer of peers) {
        await ask(origin, secret, 'peers.add', { network: NETWORK, address: peer.address, keep: true })
        promised.pins.add(peer.address)
      }
    }
    const counts: { at: number; known: number }[] = []
    let gossipBegan: () => void = () => {}
    const gossip = new Promise<void>(done => (gossipBegan = done))
    const work = async (): Promise<void> => {
      for (;;) if (!(await change(origin, secret))) return
    }
    const watch = async (): Promise<void> => {
      for (;;) {
        const answer = await ask(origin, secret, 'overview.get', {})
        if (answer === null) return
        const { known } = answer.overview
        counts.push({ at: performance.now(), known })
        if (known >= ENOUGH) gossipBegan()
        await new Promise(done => setTimeout(done, 50))
      }
    }
    const busy = [work(), work(), work(), watch()]
    await gossip
    await new Promise(done => setTimeout(done, WRITTEN_AFTER_MS + 100 + random.below(1200)))
    const killedAt = performance.now()
    await warren.end('SIGKILL')
    await Promise.all(busy)
    written = Math.max(0, ...counts.filter(one => one.at < killedAt - WRITTEN_AFTER_MS).map(one => one.known))
    expect(written, 'addresses that have to survive').toBeGreaterThanOrEqual(ENOUGH)
  }

  const poured = peers.reduce((sum, peer) => sum + peer.poured(), 0)
  expect(poured, 'addresses poured').toBeGreaterThan(10_000)
  expect(promised.bans.size + promised.liftedBans.size, 'bans answered').toBeGreaterThan(50)
  expect(promised.pins.size + promised.unpinned.size, 'pins answered').toBeGreaterThan(30)
}, 120_000)
