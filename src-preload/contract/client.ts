/** The client as a whole: what it is, how it fares, what needs attention, the playground, and who holds a key to the door. */
import { z } from 'zod'
import { event, id, networkId, request, time } from './define.ts'

export const networkRecord = z.strictObject({
  id: networkId,
  title: z.string(),
  family: z.enum(['bitcoin', 'ethereum', 'bittorrent', 'warren']),
  isOn: z.boolean(),
  /** Printed addresses we listen on; empty when we do not. */
  listening: z.array(z.string()),
  defaultPort: z.number().int(),
  hasSeeds: z.boolean(),
})
export type NetworkRecord = z.infer<typeof networkRecord>

/** Something a person should know or do: one line, with an action when there is one. Texts are keys of the renderer. */
export const notice = z.strictObject({
  id,
  severity: z.enum(['info', 'warning', 'danger']),
  /** Which text to show: a fixed set of codes, so that it can be translated. */
  code: z.enum([
    'no-network',
    'no-peers',
    'no-candidates',
    'offline',
    'all-refused',
    'clock-wrong',
    'not-listening',
    'listen-failed',
    'store-damaged',
    'store-memory',
    'disk-full',
    'playground-on',
    'fixed-seeds-used',
    'seeds-failed',
    'banned-pin',
    'geo-old',
    'proxy-down',
    'tor-failed',
    'tor-waiting',
    'policy-broken',
  ]),
  network: networkId.nullable(),
  /** Values for the text. */
  values: z.record(z.string(), z.union([z.string(), z.number()])),
  since: time,
})
export type Notice = z.infer<typeof notice>

export const overview = z.strictObject({
  at: time,
  inbound: z.number().int(),
  outbound: z.number().int(),
  handshaking: z.number().int(),
  dialing: z.number().int(),
  waiting: z.number().int(),
  targetOutbound: z.number().int(),
  maxInbound: z.number().int(),
  known: z.number().int(),
  bans: z.number().int(),
  bansToday: z.number().int(),
  rateIn: z.number(),
  rateOut: z.number(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  isOnline: z.boolean(),
  /** p99 delay of the event loop over the last 10 s, milliseconds. */
  loopDelayMs: z.number(),
  memoryBytes: z.number(),
})
export type Overview = z.infer<typeof overview>

/** One sample of history. */
export const sample = z.strictObject({
  at: time,
  inbound: z.number(),
  outbound: z.number(),
  /** Bytes a second, averaged over the step. */
  rateIn: z.number(),
  rateOut: z.number(),
  bans: z.number(),
})
export type Sample = z.infer<typeof sample>

export const playground = z.strictObject({
  isRunning: z.boolean(),
  network: networkId.nullable(),
  peers: z.array(z.strictObject({ address: z.string(), kind: z.string(), text: z.string(), isConnected: z.boolean() })),
})
export type Playground = z.infer<typeof playground>

export const doorSession = z.strictObject({
  id,
  openedAt: time,
  lastUsedAt: time,
  agent: z.string(),
  remote: z.string(),
  isYou: z.boolean(),
})

export const client = {
  'app.info': request({
    summary: 'What this process is: version, shell, data directory, networks.',
    output: z.strictObject({
      version: z.string(),
      shell: z.enum(['electron', 'headless']),
      pid: z.number().int(),
      platform: z.string(),
      dataDir: z.string(),
      startedAt: time,
      /** Which tables name countries and ASNs, with the attribution to show. */
      attributions: z.array(z.string()),
      /** No first-run answers yet: show the three questions. */
      isFirstRun: z.boolean(),
      /** Store state: durable, or in memory with the reason. */
      store: z.strictObject({ isDurable: z.boolean(), text: z.string() }),
    }),
  }),
  'app.dismissFirstRun': request({ summary: 'Does not ask the questions of the first run again. Durable.' }),
  'app.quit': request({ summary: 'Ends Warren cleanly.', browser: false }),
  'app.openDataDir': request({
    summary: 'Shows the data directory in the file manager.',
    browser: false,
    errors: ['no-window'],
  }),
  'app.saveFile': request({
    summary: 'Asks where to save text and saves it (Electron only; a browser downloads instead).',
    input: z.strictObject({
      suggestedName: z.string().regex(/^[\w.-]{1,80}$/),
      text: z.string().max(32 * 1024 * 1024),
    }),
    output: z.strictObject({ path: z.string().nullable() }),
    browser: false,
    errors: ['no-window', 'write-failed'],
    maxBytes: 36 * 1024 * 1024,
  }),
  'overview.get': request({
    summary: 'Counts, rates, notices and networks as the Overview shows them.',
    output: z.strictObject({ overview, notices: z.array(notice), networks: z.array(networkRecord) }),
  }),
  'traffic.history': request({
    summary: 'Peers, traffic and bans over a span, at most 720 samples; kept across restarts.',
    input: z.strictObject({ span: z.enum(['1m', '5m', '30m', '3h', '24h']) }),
    output: z.strictObject({ stepMs: z.number().int(), samples: z.array(sample) }),
  }),
  'networks.switch': request({
    summary: 'Turns a network on or off. Durable.',
    input: z.strictObject({ network: networkId, on: z.boolean() }),
    errors: ['last-network'],
  }),
  'playground.start': request({
    summary: 'Starts 24 peers of our own on loopback (regtest).',
    output: playground,
    errors: ['already-running'],
  }),
  'playground.stop': request({ summary: 'Ends the playground and its peers.' }),
  'playground.get': request({ summary: 'The playground and what each of its peers does.', output: playground }),
  'doors.list': request({
    summary: 'Browser sessions that hold a key to this process.',
    output: z.strictObject({ sessions: z.array(doorSession) }),
  }),
  'doors.revoke': request({ summary: 'Ends a browser session.', input: z.strictObject({ id }) }),
}

export const clientEvents = {
  overview: event('gauge', 'Counts and rates.', overview),
  notices: event('gauge', 'What needs attention.', z.strictObject({ notices: z.array(notice) })),
  networks: event('gauge', 'Networks and whether they are on.', z.strictObject({ networks: z.array(networkRecord) })),
  traffic: event('gauge', 'The newest sample of history, once a second.', sample),
  playground: event('gauge', 'The playground.', playground),
}
