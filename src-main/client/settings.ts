/**
 * Settings in force: defaults, under what the store holds, under what the command line said for this run.
 * Types and bounds come from the contract; what a text means (an endpoint, a subnet) is parsed here, and said at the field.
 */
import {
  DEFAULT_SETTINGS,
  SECRET_IS_SET,
  SETTINGS,
  SETTING_KEYS,
  settingSchema,
  settingsPatch,
} from '../../src-preload/contract.ts'
import type { SettingKey, SettingSpec, Settings, SettingsPatch } from '../../src-preload/contract.ts'
import type { Log } from '../log/index.ts'
import { checkOnionClient, parseBridges } from '../tor/index.ts'
import { AddressError, isLoopback, parseAddress, parseSubnet } from '../transport/index.ts'
import type { LocalTarget } from '../transport/index.ts'

/** Where settings are kept; `set` returns when they are durable. */
export interface SettingsStore {
  all(): Readonly<Record<string, unknown>>
  set(changes: Readonly<Record<string, unknown>>): void
  remove(keys: readonly string[]): void
}

/** A change that was refused: what is wrong, by key. Nothing was changed. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly code = 'invalid-input'
  readonly details: Readonly<Record<string, string>>

  constructor(details: Readonly<Record<string, string>>) {
    super(
      Object.entries(details)
        .map(([key, text]) => `${key}: ${text}`)
        .join('; '),
    )
    this.details = details
  }
}

export type SettingsListener = (settings: Settings, changed: readonly SettingKey[]) => void

export interface SettingsService {
  readonly current: Settings
  readonly known: Known
  /** All of the changes or none; durable when it returns. Throws `SettingsError`. */
  set(changes: SettingsPatch): void
  reset(keys: readonly SettingKey[]): void
  /** As they may be shown: a secret that is set is a row of dots. */
  shown(): Record<string, boolean | number | string | string[]>
  /** JSON for `import`, without secrets. */
  exportText(rules: unknown): string
  onChange(listener: SettingsListener): () => void
}

/** What a value may name: networks that there are, proxies that are kept. */
export interface Known {
  readonly networks: ReadonlySet<string>
  hasProxy(name: string): boolean
}

/** `overrides` come from the command line: they hold for this run and are not stored until the user changes the key. */
export function createSettings(
  store: SettingsStore,
  log: Log,
  overrides: SettingsPatch,
  known: Known,
): SettingsService {
  const listeners = new Set<SettingsListener>()
  const forThisRun: SettingsPatch = { ...overrides }
  let current = gather()

  function gather(): Settings {
    const kept = usable(store.all(), log)
    return Object.freeze({ ...DEFAULT_SETTINGS, ...kept, ...forThisRun }) as Settings
  }

  function adopt(keys: readonly SettingKey[]): void {
    const before = current
    current = gather()
    const changed = keys.filter(key => !isSame(before[key], current[key]))
    if (changed.length > 0) for (const listener of listeners) listener(current, changed)
  }

  return {
    get current() {
      return current
    },
    known,
    set: changes => {
      const clean = checkPatch(changes, known)
      const keys = Object.keys(clean) as SettingKey[]
      store.set(clean)
      for (const key of keys) delete forThisRun[key]
      adopt(keys)
    },
    reset: keys => {
      const chosen = keys.length > 0 ? keys : SETTING_KEYS
      store.remove(chosen)
      for (const key of chosen) delete forThisRun[key]
      adopt(chosen)
    },
    shown: () =>
      Object.fromEntries(
        SETTING_KEYS.map(key => {
          const value = current[key]
          if (isSecret(key)) return [key, value === '' ? '' : SECRET_IS_SET]
          return [key, typeof value === 'object' ? [...value] : value]
        }),
      ),
    exportText: rules => {
      const settings = Object.fromEntries(
        SETTING_KEYS.filter(key => !isSecret(key) && !isSame(current[key], DEFAULT_SETTINGS[key])).map(key => [
          key,
          current[key],
        ]),
      )
      return `${JSON.stringify({ format: 'warren-settings', version: 1, settings, rules }, null, 2)}\n`
    },
    onChange: listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function isSecret(key: SettingKey): boolean {
  const spec: SettingSpec = SETTINGS[key]
  return spec.type === 'text' && spec.format === 'secret'
}

const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

/** What of the stored values still fits today's schema; the rest is named in the log and left to its default. */
function usable(stored: Readonly<Record<string, unknown>>, log: Log): SettingsPatch {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(stored)) {
    const spec = (SETTINGS as Record<string, SettingSpec>)[key]
    if (spec === undefined) continue
    const parsed = settingSchema(spec).safeParse(value)
    if (parsed.success) kept[key] = parsed.data
    else log.warn('a stored setting is not valid and its default is used', { setting: key })
  }
  return kept
}

/** Type, bounds and meaning of every change; throws `SettingsError` that names each bad field. */
export function checkPatch(changes: SettingsPatch, known: Known): SettingsPatch {
  const details: Record<string, string> = {}
  const parsed = settingsPatch.safeParse(changes)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const key = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : String(issue.path[0] ?? '')
      details[key] = issue.code === 'unrecognized_keys' ? 'there is no such setting' : issue.message
    }
    throw new SettingsError(details)
  }
  const clean: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(parsed.data)) {
    const key = name as SettingKey
    if (value === undefined || (isSecret(key) && value === SECRET_IS_SET)) continue
    try {
      clean[key] = inMeaning(SETTINGS[key], value as never, known)
    } catch (error) {
      details[key] = (error as Error).message
    }
  }
  if (Object.keys(details).length > 0) throw new SettingsError(details)
  return clean
}

/** The canonical form of a value, or an Error with a sentence for the field. */
function inMeaning(spec: SettingSpec, value: boolean | number | string | readonly string[], known: Known): unknown {
  if (spec.type === 'text' && value !== '') {
    if (spec.format === 'endpoint') return endpoint(value as string)
    if (spec.format === 'proxy') return proxy(value as string, known)
    if (spec.format === 'local' || spec.format === 'local-endpoint')
      return local(value as string, spec.format === 'local')
  }
  if (spec.type !== 'list') return value
  const items = value as readonly string[]
  switch (spec.format) {
    case 'endpoint':
      return unique(items.map(item => named(item, () => endpoint(item))))
    case 'own-endpoint':
      return unique(items.map(item => named(item, () => ownEndpoint(item))))
    case 'address-or-subnet':
      return unique(items.map(item => named(item, () => parseSubnet(item).text)))
    case 'network': {
      const unknown = items.find(item => !known.networks.has(item))
      if (unknown !== undefined)
        throw new Error(`there is no network ${unknown}; there are ${[...known.networks].join(', ')}`)
      return unique(items)
    }
    case 'bridge':
      return bridges(items)
    case 'onion-client':
      return unique(items.map(item => named(item, () => checkOnionClient(item))))
    case 'plain':
      return unique(items)
    default:
      return spec satisfies never
  }
}

const unique = (items: readonly string[]): string[] => [...new Set(items)]

/** Nobody listens on a name: it is looked up for nothing, and may be somebody else's. */
function ownEndpoint(text: string): string {
  const key = endpoint(text)
  const { kind } = parseAddress(key, { defaultPort: 0 })
  if (kind === 'ipv4' || kind === 'ipv6' || kind === 'cjdns') return key
  throw new AddressError('host', 'only an IP address of this machine can be listened on; 0.0.0.0 is all of them')
}

function endpoint(text: string): string {
  const address = parseAddress(text, { defaultPort: 0 })
  if (address.port === 0 && !text.endsWith(':0'))
    throw new AddressError('port', `${text} names no port: write HOST:PORT`)
  return address.key
}

/** A program of this machine as text: `127.0.0.1:9051` or `/run/tor/control`; null for an empty one. */
export function parseLocalTarget(text: string): LocalTarget | null {
  if (text === '') return null
  if (text.startsWith('/')) return { kind: 'unix', path: text }
  const { host, port } = parseAddress(text)
  return { kind: 'tcp', host, port }
}

function local(text: string, mayBePath: boolean): string {
  if (text.startsWith('/')) {
    if (mayBePath) return text
    throw new Error('this is the path of a socket; HOST:PORT is wanted')
  }
  const key = endpoint(text)
  if (!isLoopback(parseAddress(key)))
    throw new Error('only a program of this machine will do: 127.0.0.1 or [::1], with its port')
  return key
}

/** Bridge lines in their canonical form, or an Error that names the first bad one. */
function bridges(lines: readonly string[]): string[] {
  const read = parseBridges(lines.join('\n'))
  const [problem] = read.problems
  if (problem !== undefined) throw new Error(`line ${problem.lineNumber}: ${problem.reason}`)
  return read.bridges.map(({ line }) => line)
}

/** HOST:PORT, or the name of a kept proxy. */
function proxy(text: string, known: Known): string {
  if (known.hasProxy(text)) return text
  if (!text.includes(':'))
    throw new Error(`no proxy is kept under the name ${text}; write HOST:PORT, or keep one first`)
  return endpoint(text)
}

/** Adds which item of a list was meant. */
function named(item: string, parse: () => string): string {
  try {
    return parse()
  } catch (error) {
    throw new Error(`${item}: ${(error as Error).message}`, { cause: error })
  }
}

/** Reads an export. Throws an Error with a sentence when it is not one, `SettingsError` when values are wrong. */
export function readSettingsExport(text: string): { settings: SettingsPatch; rules: unknown } {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw new Error(`this is not JSON: ${(error as Error).message}`, { cause: error })
  }
  const file = content as { format?: unknown; version?: unknown; settings?: unknown; rules?: unknown }
  if (typeof content !== 'object' || content === null || file.format !== 'warren-settings') {
    throw new Error('this is not an export of Warren settings (its "format" must be "warren-settings")')
  }
  if (file.version !== 1)
    throw new Error(`this export has version ${String(file.version)}; this Warren reads version 1`)
  if (typeof file.settings !== 'object' || file.settings === null) throw new Error('the export has no "settings"')
  return { settings: file.settings, rules: file.rules ?? [] }
}
