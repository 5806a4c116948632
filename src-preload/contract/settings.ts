/**
 * Every setting, once: key, type, default, bounds, unit. The client validates with it, the settings page is drawn from
 * it, `ctl settings.describe` and the README's table are printed from it.
 */
import { z } from 'zod'
import { event, request } from './define.ts'

interface Common {
  /** Section of the settings page. */
  readonly group: 'network' | 'limits' | 'routes' | 'tor' | 'reputation' | 'appearance' | 'log' | 'advanced'
  /** For `ctl` and the README, in English; the page has its own texts by key. */
  readonly summary: string
  /** Where the default comes from: a program, a BIP, "ours". */
  readonly source: string
}

export interface SwitchSpec extends Common {
  readonly type: 'switch'
  readonly default: boolean
}
export interface NumberSpec extends Common {
  readonly type: 'number'
  readonly default: number
  readonly min: number
  readonly max: number
  readonly unit: '' | 's' | 'ms' | 'min' | 'h' | '%' | 'lines' | 'peers'
}
export interface TextSpec extends Common {
  readonly type: 'text'
  readonly default: string
  readonly maxLength: number
  /** What the client parses it as; what it says when that fails stands at the field. */
  /** `local`: a program of this machine, by HOST:PORT or, if it may be one, the path of a unix socket. */
  readonly format: 'endpoint' | 'proxy' | 'local' | 'local-endpoint' | 'plain' | 'secret'
}
export interface ListSpec extends Common {
  readonly type: 'list'
  readonly default: readonly string[]
  readonly maxItems: number
  /** `own-endpoint`: an IP address of this machine with a port, to listen on. */
  readonly format: 'endpoint' | 'own-endpoint' | 'address-or-subnet' | 'network' | 'bridge' | 'onion-client' | 'plain'
}
export interface ChoiceSpec extends Common {
  readonly type: 'choice'
  readonly default: string
  readonly choices: readonly string[]
}
export type SettingSpec = SwitchSpec | NumberSpec | TextSpec | ListSpec | ChoiceSpec

export const SETTINGS = {
  'network.enabled': {
    type: 'list',
    group: 'network',
    format: 'network',
    default: ['bitcoin/mainnet'],
    maxItems: 16,
    summary: 'Networks that are on.',
    source: 'ours',
  },
  'network.listen': {
    type: 'switch',
    group: 'network',
    default: true,
    summary: 'Accept inbound peers.',
    source: 'Bitcoin Core listen=1',
  },
  'network.listenOn': {
    type: 'list',
    group: 'network',
    format: 'own-endpoint',
    default: [],
    maxItems: 16,
    summary:
      "Addresses to listen on for inbound peers; empty: every interface, IPv4 and IPv6, at the network's own port.",
    source: 'btcd --listen',
  },
  'network.connectOnly': {
    type: 'list',
    group: 'network',
    format: 'endpoint',
    default: [],
    maxItems: 64,
    summary: 'Connect to these addresses only; nothing is discovered or dialed beside them.',
    source: 'btcd --connect',
  },
  'network.dnsSeeds': {
    type: 'switch',
    group: 'network',
    default: true,
    summary: 'Ask DNS seeds when too few addresses are known.',
    source: 'Bitcoin Core dnsseed=1',
  },
  'network.fixedSeeds': {
    type: 'switch',
    group: 'network',
    default: true,
    summary: 'Use the built-in addresses when nothing is known after 60 s.',
    source: 'Bitcoin Core fixedseeds=1',
  },
  'limits.targetOutbound': {
    type: 'number',
    group: 'limits',
    default: 8,
    min: 0,
    max: 1000,
    unit: 'peers',
    summary: 'Automatic outbound peers to keep, per network.',
    source: 'btcd, Bitcoin Core',
  },
  'limits.maxInbound': {
    type: 'number',
    group: 'limits',
    default: 117,
    min: 0,
    max: 20_000,
    unit: 'peers',
    summary: 'Inbound peers at most, per network; 0 takes none.',
    source: 'btcd: 125 in all less 8',
  },
  'limits.maxPerPrefix': {
    type: 'number',
    group: 'limits',
    default: 16,
    min: 1,
    max: 20_000,
    unit: 'peers',
    summary: 'Established inbound peers from one /24 (IPv4) or /64 (IPv6).',
    source: 'ours',
  },
  'limits.halfOpenPerPrefix': {
    type: 'number',
    group: 'limits',
    default: 8,
    min: 1,
    max: 20_000,
    unit: 'peers',
    summary: 'Unfinished inbound handshakes from one /24 or /64.',
    source: 'btcd 2026',
  },
  'limits.dialing': {
    type: 'number',
    group: 'limits',
    default: 50,
    min: 1,
    max: 1000,
    unit: 'peers',
    summary: 'Dials under way at once.',
    source: 'go-ethereum MaxPendingPeers',
  },
  'limits.connectTimeout': {
    type: 'number',
    group: 'limits',
    default: 30,
    min: 1,
    max: 300,
    unit: 's',
    summary: 'A dial must succeed within this time.',
    source: 'btcd',
  },
  'limits.retryDelay': {
    type: 'number',
    group: 'limits',
    default: 5,
    min: 1,
    max: 300,
    unit: 's',
    summary: 'Attempt n to a pinned peer waits n times this, at most 5 minutes.',
    source: 'btcd',
  },
  'limits.retryJitter': {
    type: 'number',
    group: 'limits',
    default: 20,
    min: 0,
    max: 100,
    unit: '%',
    summary: 'Random change of every retry delay, up or down.',
    source: "ours; 0 is btcd's exact schedule",
  },
  'limits.feelers': {
    type: 'switch',
    group: 'limits',
    default: true,
    summary: 'Test one address of the new table every two minutes.',
    source: 'Bitcoin Core',
  },
  'limits.anchors': {
    type: 'switch',
    group: 'limits',
    default: true,
    summary: 'Dial the two oldest outbound peers of the last run first.',
    source: 'Bitcoin Core anchors',
  },
  'limits.dropAtRandom': {
    type: 'choice',
    group: 'limits',
    default: 'network',
    choices: ['network', 'on', 'off'],
    summary: 'When full, drop one random peer every 3 to 7 minutes; `network` does as the network is used to.',
    source: 'go-ethereum dropper',
  },
  'routes.proxy': {
    type: 'text',
    group: 'routes',
    default: '',
    maxLength: 300,
    format: 'proxy',
    summary: 'SOCKS5 proxy for every dial, HOST:PORT or the name of a kept proxy; empty dials directly.',
    source: 'btcd --proxy',
  },
  'routes.proxyUser': {
    type: 'text',
    group: 'routes',
    default: '',
    maxLength: 255,
    format: 'plain',
    summary: 'User name for the proxy.',
    source: 'btcd --proxyuser',
  },
  'routes.proxyPassword': {
    type: 'text',
    group: 'routes',
    default: '',
    maxLength: 255,
    format: 'secret',
    summary: 'Password for the proxy. Never leaves this machine but to the proxy.',
    source: 'btcd --proxypass',
  },
  'routes.proxyIsTor': {
    type: 'switch',
    group: 'routes',
    default: true,
    summary: 'The proxy is Tor: it takes onion addresses and look-ups. Off: an ordinary proxy.',
    source: 'btcd takes --proxy to be Tor',
  },
  'routes.onionProxy': {
    type: 'text',
    group: 'routes',
    default: '',
    maxLength: 300,
    format: 'proxy',
    summary: 'SOCKS5 proxy for onion addresses alone, HOST:PORT or the name of a kept proxy.',
    source: 'btcd --onion',
  },
  'routes.onionUser': {
    type: 'text',
    group: 'routes',
    default: '',
    maxLength: 255,
    format: 'plain',
    summary: 'User name for the onion proxy.',
    source: 'btcd --onionuser',
  },
  'routes.onionPassword': {
    type: 'text',
    group: 'routes',
    default: '',
    maxLength: 255,
    format: 'secret',
    summary: 'Password for the onion proxy.',
    source: 'btcd --onionpass',
  },
  'routes.onion': {
    type: 'switch',
    group: 'routes',
    default: true,
    summary: 'Dial onion peers. Off: they are refused even where there is a route.',
    source: 'btcd --noonion',
  },
  'routes.isolation': {
    type: 'choice',
    group: 'routes',
    default: 'dial',
    choices: ['off', 'dial', 'peer', 'network'],
    summary: 'Separate Tor circuits: per dial, per peer, per network, or not at all.',
    source: 'btcd --torisolation; Bitcoin Core proxyrandomize=1',
  },
  'routes.systemDnsForSeeds': {
    type: 'switch',
    group: 'routes',
    default: false,
    summary: 'Behind a proxy that cannot look names up, let the system ask for DNS seeds. This tells your provider.',
    source: 'btcd does so with --proxy --noonion',
  },
  'routes.ipv4': {
    type: 'switch',
    group: 'routes',
    default: true,
    summary: 'Dial IPv4 peers.',
    source: 'Bitcoin Core onlynet',
  },
  'routes.ipv6': {
    type: 'switch',
    group: 'routes',
    default: true,
    summary: 'Dial IPv6 peers.',
    source: 'Bitcoin Core onlynet',
  },
  'routes.hostNames': {
    type: 'switch',
    group: 'routes',
    default: true,
    summary: 'Let host names be looked up by the system when dialed directly.',
    source: 'ours',
  },
  'tor.mode': {
    type: 'choice',
    group: 'tor',
    default: 'off',
    choices: ['off', 'managed', 'existing'],
    summary: 'Where Tor comes from: not used, started by Warren, or one that runs already.',
    source: 'OnionShare',
  },
  'tor.carries': {
    type: 'choice',
    group: 'tor',
    default: 'onion',
    choices: ['everything', 'onion', 'nothing'],
    summary: 'What goes through Tor while it is used: everything, onion addresses only, or nothing.',
    source: 'Bitcoin Core -proxy and -onion',
  },
  'tor.socks': {
    type: 'text',
    group: 'tor',
    default: '127.0.0.1:9050',
    maxLength: 300,
    format: 'local-endpoint',
    summary: 'SOCKS port of a Tor that runs already (9150 for Tor Browser).',
    source: 'tor',
  },
  'tor.control': {
    type: 'text',
    group: 'tor',
    default: '',
    maxLength: 300,
    format: 'local',
    summary: 'Control port of a Tor that runs already: HOST:PORT, or the path of its socket; empty: none.',
    source: 'tor',
  },
  'tor.controlPassword': {
    type: 'text',
    group: 'tor',
    default: '',
    maxLength: 255,
    format: 'secret',
    summary: 'Password of that control port, if it wants one.',
    source: 'tor HashedControlPassword',
  },
  'tor.program': {
    type: 'text',
    group: 'tor',
    default: '',
    maxLength: 1000,
    format: 'plain',
    summary: 'Path of the tor program to start; empty: looked for in the usual places.',
    source: 'ours',
  },
  'tor.bridges': {
    type: 'list',
    group: 'tor',
    default: [],
    maxItems: 32,
    format: 'bridge',
    summary: 'Bridge lines as Tor Browser takes them, for a Tor that Warren starts.',
    source: 'tor Bridge',
  },
  'tor.extra': {
    type: 'list',
    group: 'tor',
    default: [],
    maxItems: 64,
    format: 'plain',
    summary: 'Further lines for the torrc of a Tor that Warren starts.',
    source: 'tor',
  },
  'tor.onionService': {
    type: 'switch',
    group: 'tor',
    default: false,
    summary: 'Make the listener reachable as an onion service.',
    source: 'Bitcoin Core listenonion',
  },
  'tor.onionClients': {
    type: 'list',
    group: 'tor',
    default: [],
    maxItems: 64,
    format: 'onion-client',
    summary: 'Public keys of those who may use the onion service; empty: everybody.',
    source: 'tor client authorisation',
  },
  'reputation.banning': {
    type: 'switch',
    group: 'reputation',
    default: true,
    summary: 'Disconnect and ban peers whose score passes the line.',
    source: 'btcd, --nobanning',
  },
  'reputation.banAbove': {
    type: 'number',
    group: 'reputation',
    default: 100,
    min: 1,
    max: 100_000,
    unit: '',
    summary: 'Score above which a peer is banned; a warning comes above half of it.',
    source: 'btcd --banthreshold',
  },
  'reputation.banHours': {
    type: 'number',
    group: 'reputation',
    default: 24,
    min: 1,
    max: 87_600,
    unit: 'h',
    summary: 'How long an automatic ban lasts.',
    source: 'btcd --banduration',
  },
  'reputation.whitelist': {
    type: 'list',
    group: 'reputation',
    format: 'address-or-subnet',
    default: [],
    maxItems: 256,
    summary: 'Addresses and subnets that are scored and shown but never banned.',
    source: 'btcd --whitelist',
  },
  'appearance.theme': {
    type: 'choice',
    group: 'appearance',
    default: 'system',
    choices: ['system', 'light', 'dark'],
    summary: 'Theme of the window.',
    source: 'ours',
  },
  'appearance.language': {
    type: 'choice',
    group: 'appearance',
    default: 'system',
    choices: ['system', 'en', 'zh-CN'],
    summary: 'Language of the window.',
    source: 'ours',
  },
  'appearance.notifyBan': {
    type: 'switch',
    group: 'appearance',
    default: true,
    summary: 'Notify when a pinned peer is banned or, at most once a minute, when peers are.',
    source: 'ours',
  },
  'appearance.notifyNoPeers': {
    type: 'switch',
    group: 'appearance',
    default: true,
    summary: 'Notify when the last peer is lost.',
    source: 'ours',
  },
  'log.level': {
    type: 'choice',
    group: 'log',
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error'],
    summary: 'Least level that is kept.',
    source: 'ours',
  },
  'log.debugRooms': {
    type: 'list',
    group: 'log',
    format: 'plain',
    default: [],
    maxItems: 50,
    summary: 'Rooms whose debug lines are kept whatever the level.',
    source: 'btcd --debuglevel',
  },
  'log.file': {
    type: 'switch',
    group: 'log',
    default: true,
    summary: 'Keep a rolling file, 5 of 2 MiB at most.',
    source: 'ours',
  },
  'advanced.selfAnnounce': {
    type: 'switch',
    group: 'advanced',
    default: true,
    summary: 'Tell peers the address we listen on, once a day.',
    source: 'Bitcoin Core',
  },
} as const satisfies Record<string, SettingSpec>

export type SettingKey = keyof typeof SETTINGS
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[]

type ValueOf<S extends SettingSpec> = S['type'] extends 'switch'
  ? boolean
  : S['type'] extends 'number'
    ? number
    : S['type'] extends 'list'
      ? readonly string[]
      : string
export type Settings = { readonly [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]> }

export const DEFAULT_SETTINGS = Object.fromEntries(
  SETTING_KEYS.map(key => [key, SETTINGS[key].default]),
) as unknown as Settings

/** The schema of one setting's value: type and bounds. Formats (endpoints, subnets) are checked by the client. */
export function settingSchema(spec: SettingSpec): z.ZodType {
  switch (spec.type) {
    case 'switch':
      return z.boolean()
    case 'number':
      return z.number().int(`a whole number from ${spec.min} to ${spec.max}`).min(spec.min).max(spec.max)
    case 'text':
      return z.string().trim().max(spec.maxLength)
    case 'list':
      return z.array(z.string().trim().min(1).max(300)).max(spec.maxItems)
    case 'choice':
      return z.enum(spec.choices as [string, ...string[]])
    default:
      return spec satisfies never
  }
}

/** Some settings and their values. Unknown keys are refused. */
export const settingsPatch = z.strictObject(
  Object.fromEntries(SETTING_KEYS.map(key => [key, settingSchema(SETTINGS[key]).optional()])) as Record<
    SettingKey,
    z.ZodOptional<z.ZodType>
  >,
)
export type SettingsPatch = { -readonly [K in SettingKey]?: Settings[K] | undefined }

/** All settings, as sent: a secret that is set travels as `SECRET_IS_SET`, never as itself. */
const settingValues = z.record(z.string(), z.union([z.boolean(), z.number(), z.string(), z.array(z.string())]))
export const SECRET_IS_SET = '••••••••'

/** A rule of the ban score: what adds how much. */
export const ruleRecord = z.strictObject({
  name: z.string(),
  /** Why, for people. */
  summary: z.string(),
  network: z.string(),
  persistent: z.number().int().min(0).max(100_000),
  transient: z.number().int().min(0).max(100_000),
  defaultPersistent: z.number().int(),
  defaultTransient: z.number().int(),
  isOn: z.boolean(),
  /** How often it was applied since start. */
  hits: z.number().int(),
})
export type RuleRecord = z.infer<typeof ruleRecord>

const changed = z.strictObject({ settings: settingValues })

export const settings = {
  'settings.get': request({
    summary: 'All settings as they are in force.',
    output: z.strictObject({ settings: settingValues }),
  }),
  'settings.set': request({
    summary: 'Changes settings: all of the given ones or none. Durable when answered.',
    input: z.strictObject({ changes: settingsPatch }),
    output: changed,
    maxBytes: 256 * 1024,
  }),
  'settings.reset': request({
    summary: 'Puts settings back to their defaults; all when no key is named.',
    input: z.strictObject({
      keys: z
        .array(z.enum(SETTING_KEYS as [SettingKey, ...SettingKey[]]))
        .max(200)
        .default([]),
    }),
    output: changed,
  }),
  'settings.describe': request({
    summary: 'Every setting with type, default, bounds, unit and source.',
    output: z.strictObject({ settings: z.array(z.record(z.string(), z.unknown())) }),
  }),
  'settings.export': request({
    summary: 'Settings and rules as text (JSON), without secrets.',
    output: z.strictObject({ text: z.string() }),
  }),
  'settings.import': request({
    summary: 'Takes the settings of an export: all or nothing, each problem named.',
    input: z.strictObject({ text: z.string().max(256 * 1024) }),
    output: changed,
    errors: ['bad-import'],
    maxBytes: 300 * 1024,
  }),
  'rules.list': request({
    summary: 'The rules of the ban score.',
    output: z.strictObject({ rules: z.array(ruleRecord) }),
  }),
  'rules.set': request({
    summary: 'Changes what a rule adds, or turns it off. Durable.',
    input: z.strictObject({
      name: z.string().max(80),
      persistent: z.number().int().min(0).max(100_000),
      transient: z.number().int().min(0).max(100_000),
      isOn: z.boolean(),
    }),
    output: z.strictObject({ rule: ruleRecord }),
  }),
  'rules.reset': request({
    summary: 'Puts all rules back to their defaults.',
    output: z.strictObject({ rules: z.array(ruleRecord) }),
  }),
}

export const settingsEvents = {
  settings: event('gauge', 'Settings in force.', z.strictObject({ settings: settingValues })),
}
