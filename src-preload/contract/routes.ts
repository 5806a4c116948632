/** The ways out: named proxies and what a test of one found, the route policy cell by cell, and the privacy ledger. */
import { z } from 'zod'
import { event, request, time, typedText } from './define.ts'
import { settingsPatch } from './settings.ts'

/** A proxy that the user keeps by name. Its password never crosses the border outwards. */
export const proxyRecord = z.strictObject({
  name: z.string(),
  /** HOST:PORT. */
  endpoint: z.string(),
  user: z.string(),
  hasPassword: z.boolean(),
  /** What goes through it now. */
  carries: z.enum(['everything', 'onion', 'nothing']),
})
export type ProxyRecord = z.infer<typeof proxyRecord>

const proxyName = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,39}$/u, '1 to 40 letters, digits, spaces, dots, dashes')

/** What a proxy turned out to be. */
export const proxyProbe = z.strictObject({
  isReachable: z.boolean(),
  isSocks5: z.boolean(),
  /** `none`: takes anyone; `accepted`, `refused`: our password; `needed`: it wants one and has none of us. */
  password: z.enum(['none', 'accepted', 'refused', 'needed', 'unknown']),
  /** Null when it could not be told. */
  isTor: z.boolean().nullable(),
  /** Time to the end of the greeting, milliseconds. */
  ms: z.number(),
  /** A sentence for people. */
  text: z.string(),
})
export type ProxyProbe = z.infer<typeof proxyProbe>

/** One cell of the policy table: for a kind of target, what is done with it. */
export const policyCell = z.strictObject({
  row: z.enum(['ipv4', 'ipv6', 'host', 'onion', 'seeds', 'udp', 'listen']),
  /**
   * `direct`, `proxy`, `tor`: how bytes go. `system`: the system's resolver is asked. `resolve`: the proxy resolves.
   * `one-shot`: seeds are dialed through the proxy. `any`, `loopback`: where we listen. `off`: not at all.
   */
  does: z.enum(['direct', 'proxy', 'tor', 'system', 'resolve', 'one-shot', 'any', 'loopback', 'off']),
  /** Name of the proxy, where one is used. */
  through: z.string().nullable(),
  /** Why not, in a sentence; null where something is done. */
  reason: z.string().nullable(),
})
export type PolicyCell = z.infer<typeof policyCell>

/** One line of the ledger: what was about to leave this machine, by which way, and why so. */
export const ledgerEntry = z.strictObject({
  /** Grows with time. */
  id: z.number().int(),
  at: time,
  kind: z.enum(['dial', 'lookup', 'listen', 'udp', 'connection']),
  /** The network that asked; null when nobody is named. */
  network: z.string().nullable(),
  /** Address or host name. */
  target: z.string(),
  /** `direct`, `socks5`, `tor`, ...; `refused` when nothing left. */
  route: z.string(),
  reason: z.string(),
})
export type LedgerEntry = z.infer<typeof ledgerEntry>

export const ledger = z.strictObject({
  /** Newest first, at most 200. */
  entries: z.array(ledgerEntry),
  /** Since the start. */
  dials: z.record(z.string(), z.number().int()),
  lookups: z.record(z.string(), z.number().int()),
  refused: z.number().int(),
  /** Refusals by reason, at most 32 reasons. */
  refusals: z.array(z.strictObject({ reason: z.string(), count: z.number().int() })),
  /** Whenever what happened and what the policy says differ: empty, or Warren has a fault. */
  contradictions: z.array(z.strictObject({ at: time, text: z.string() })),
})
export type LedgerRecord = z.infer<typeof ledger>

export const routes = {
  'proxies.list': request({
    summary: 'SOCKS5 proxies kept by name.',
    output: z.strictObject({ proxies: z.array(proxyRecord) }),
  }),
  'proxies.save': request({
    summary: 'Keeps a proxy under a name, or changes the one of that name. A password left out stays. Durable.',
    input: z.strictObject({
      name: proxyName,
      endpoint: typedText,
      user: z.string().max(255).default(''),
      password: z.string().max(255).optional(),
    }),
    output: z.strictObject({ proxy: proxyRecord }),
    errors: ['too-many'],
  }),
  'proxies.remove': request({
    summary: 'Forgets a proxy. One that is in use cannot be removed.',
    input: z.strictObject({ name: proxyName }),
    errors: ['in-use'],
  }),
  'proxies.test': request({
    summary:
      'Connects to a proxy and says what it is: reachable, wants a password, Tor or not. Dials nothing through it.',
    input: z.strictObject({
      /** A kept one by name, or one that is not kept yet by its endpoint. */
      name: proxyName.optional(),
      endpoint: typedText.optional(),
      user: z.string().max(255).default(''),
      password: z.string().max(255).default(''),
    }),
    output: proxyProbe,
  }),
  'routes.table': request({
    summary: 'What the route policy does with every kind of target, now and with the given changes of settings.',
    input: z.strictObject({ changes: settingsPatch.default({}) }),
    output: z.strictObject({ now: z.array(policyCell), proposed: z.array(policyCell) }),
  }),
  'routes.explain': request({
    summary: 'Which way an address or a host name would be reached, or why it would not be.',
    input: z.strictObject({ address: typedText }),
    output: z.strictObject({
      address: z.string(),
      does: policyCell.shape.does,
      through: z.string().nullable(),
      reason: z.string().nullable(),
    }),
    errors: ['bad-address'],
  }),
  'ledger.get': request({ summary: 'The privacy ledger.', output: ledger }),
}

export const routeEvents = {
  ledger: event('gauge', 'The privacy ledger.', ledger),
}
