/**
 * Every setting, once: key, type, default, bounds, unit. The client validates with it, the settings page is drawn from
 * it, `ctl settings.describe` and the README's table are printed from it.
 */
import { z } from 'zod'
import { event, request } from './define.ts'
import type { SettingSpec } from './setting-specs.ts'
import { NETWORK_SETTINGS } from './settings-network.ts'
import { OTHER_SETTINGS } from './settings-rest.ts'
import { ROUTE_SETTINGS } from './settings-routes.ts'

export const SETTINGS = { ...NETWORK_SETTINGS, ...ROUTE_SETTINGS, ...OTHER_SETTINGS } as const satisfies Record<
  string,
  SettingSpec
>

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
