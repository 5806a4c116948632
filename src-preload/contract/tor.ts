/** Tor as the client runs or uses it: state and progress, circuits and streams, our onion service, and its test. */
import { z } from 'zod'
import { event, request, time } from './define.ts'

export const torRecord = z.strictObject({
  mode: z.enum(['off', 'managed', 'existing']),
  state: z.enum(['off', 'searching', 'starting', 'bootstrapping', 'ready', 'failed']),
  /** Bootstrap, percent. */
  progress: z.number().int().min(0).max(100),
  /** Tor's tag of the phase (`conn_dir`, `ap_handshake`, ...) and its own words for it. */
  phase: z.string(),
  summary: z.string(),
  /** Tor's last warning about its start, explained. */
  warning: z.string().nullable(),
  /** Why it failed and what to do. */
  error: z.strictObject({ code: z.string(), text: z.string(), advice: z.string() }).nullable(),
  version: z.string().nullable(),
  socks: z.string().nullable(),
  hasControl: z.boolean(),
  /** Since when it is in this state. */
  since: time,
  /** How often it died and was started again. */
  restarts: z.number().int(),
  /** Bytes a second, as Tor tells. */
  rateIn: z.number(),
  rateOut: z.number(),
  /** `usable` and `everything` are two things: the badge says which. */
  carries: z.enum(['everything', 'onion', 'nothing']),
  /** When a new identity may be asked for again. */
  newIdentityAt: time.nullable(),
})
export type TorRecord = z.infer<typeof torRecord>

export const circuitRecord = z.strictObject({
  id: z.string(),
  status: z.string(),
  purpose: z.string(),
  /** Nicknames or fingerprints of the relays, first hop first. */
  path: z.array(z.string()),
  builtAt: time.nullable(),
  /** What Tor carries on it: stream id, target, and our peer where it is one. */
  streams: z.array(
    z.strictObject({ id: z.string(), target: z.string(), status: z.string(), peer: z.string().nullable() }),
  ),
})
export type CircuitRecord = z.infer<typeof circuitRecord>

export const onionRecord = z.strictObject({
  isOn: z.boolean(),
  state: z.enum(['off', 'waiting', 'publishing', 'published', 'failed']),
  /** `<56>.onion:PORT`; null until there is a key. One per network that listens. */
  services: z.array(
    z.strictObject({ network: z.string(), address: z.string(), target: z.string(), isPublished: z.boolean() }),
  ),
  text: z.string(),
  /** Base32 x25519 public keys of those who may connect; empty: everybody. */
  clients: z.array(z.string()),
  /** Is the key kept encrypted by the system's key store? */
  isKeyEncrypted: z.boolean(),
})
export type OnionRecord = z.infer<typeof onionRecord>

/** One step of the test and what came of it. */
export const torCheck = z.strictObject({
  name: z.enum(['bootstrap', 'socks', 'resolve', 'onion', 'isolation', 'leaks']),
  state: z.enum(['waiting', 'running', 'passed', 'failed', 'skipped']),
  /** In words. */
  text: z.string(),
  ms: z.number().nullable(),
})
export type TorCheck = z.infer<typeof torCheck>

const found = z.strictObject({
  /** Tor processes that answer. */
  running: z.array(
    z.strictObject({
      title: z.string(),
      socks: z.string(),
      control: z.string().nullable(),
      /** How its control port wants us to prove who we are; null without one. */
      auth: z.string().nullable(),
    }),
  ),
  /** Programs that could be started. */
  programs: z.array(z.strictObject({ path: z.string(), version: z.string() })),
  /** How to get Tor on this system, when none was found. */
  advice: z.string(),
})

export const tor = {
  'tor.status': request({ summary: 'Tor: state, bootstrap, version.', output: torRecord }),
  'tor.find': request({ summary: 'Looks for running Tors and for programs to start.', output: found }),
  'tor.use': request({
    summary: 'Chooses how Tor is had and what goes through it, and lists every setting that this changed. Durable.',
    input: z.strictObject({
      mode: z.enum(['off', 'managed', 'existing']),
      carries: z.enum(['everything', 'onion', 'nothing']),
      /** For `existing`: its SOCKS port, and its control port if it has one. */
      socks: z.string().max(300).optional(),
      control: z.string().max(300).optional(),
      controlPassword: z.string().max(255).optional(),
    }),
    output: z.strictObject({
      changed: z.array(z.strictObject({ key: z.string(), from: z.string(), to: z.string() })),
    }),
  }),
  'tor.retry': request({ summary: 'Starts Tor, or looks for it, again at once.' }),
  'tor.newIdentity': request({
    summary: 'New circuits for everything that is dialed from now on; at most every 10 seconds.',
    output: z.strictObject({ actsInMs: z.number().int() }),
    errors: ['no-control'],
  }),
  'tor.circuits': request({
    summary: 'Circuits, the streams on them, and which peer goes over which.',
    output: z.strictObject({ circuits: z.array(circuitRecord) }),
    errors: ['no-control'],
  }),
  'tor.test': request({
    summary: 'Tests Tor from end to end: bootstrap, SOCKS, look-up, onion service, isolation, leaks.',
    input: z.strictObject({
      /** A host name to look up through Tor; left out, one of the network's DNS seeds is used. */
      lookup: z.string().trim().max(253).optional(),
    }),
    output: z.strictObject({ checks: z.array(torCheck) }),
    errors: ['already-running'],
  }),
  'onion.switch': request({
    summary: 'Makes the listener reachable as an onion service, or stops it. The address stays the same. Durable.',
    input: z.strictObject({ on: z.boolean() }),
    output: onionRecord,
  }),
  'onion.renew': request({
    summary: 'Throws the onion key away: the next address is a new one. Cannot be undone.',
    output: onionRecord,
  }),
}

export const torEvents = {
  tor: event('gauge', 'Tor: state and bootstrap progress.', torRecord),
  torTest: event('gauge', 'The test of Tor, step by step.', z.strictObject({ checks: z.array(torCheck) })),
  onion: event('gauge', 'Our onion service.', onionRecord),
}
