import { describe, expect, it } from 'vitest'
import type { SettingsPatch } from '../../src-preload/contract.ts'
import { SECRET_IS_SET } from '../../src-preload/contract.ts'
import { createSettings, readSettingsExport } from '../../src-main/client/settings.ts'
import type { SettingsError, SettingsStore } from '../../src-main/client/settings.ts'
import { silentLog } from '../../src-main/log/index.ts'

const NETWORKS = new Set(['bitcoin/mainnet', 'bitcoin/regtest'])

function memoryStore(initial: Record<string, unknown> = {}): SettingsStore & { values: Record<string, unknown> } {
  const store = {
    values: { ...initial },
    all: () => store.values,
    set: (changes: Readonly<Record<string, unknown>>) => void Object.assign(store.values, changes),
    remove: (keys: readonly string[]) => {
      for (const key of keys) delete store.values[key]
    },
  }
  return store
}

const make = (store = memoryStore(), overrides: SettingsPatch = {}): ReturnType<typeof createSettings> =>
  createSettings(store, silentLog, overrides, { networks: NETWORKS, hasProxy: name => name === 'Office' })

function refusal(changes: Record<string, unknown>): { details: Readonly<Record<string, string>>; stored: unknown } {
  const store = memoryStore()
  try {
    make(store).set(changes)
  } catch (error) {
    return { details: (error as SettingsError).details, stored: store.values }
  }
  throw new Error('it was taken')
}

describe('settings', () => {
  it.each([
    ['limits.targetOutbound', -1],
    ['limits.targetOutbound', 1.5],
    ['limits.targetOutbound', '8'],
    ['limits.maxInbound', 20_001],
    ['network.listen', 'yes'],
    ['network.listenOn', ['127.0.0.1']],
    ['network.listenOn', ['127.0.0.1:99999']],
    ['network.connectOnly', ['not an address:1']],
    ['network.enabled', ['bitcoin/nonet']],
    ['routes.proxy', 'localhost'],
    ['reputation.whitelist', ['10.0.0.1/8']],
    ['appearance.theme', 'pink'],
    ['no.such', 1],
  ])('refuses %s = %j with a sentence at the field, and changes nothing', (key, value) => {
    const { details, stored } = refusal({ [key]: value, 'log.level': 'debug' })
    expect(Object.keys(details)).toEqual([key])
    expect(details[key]).not.toBe('')
    expect(stored).toEqual({})
  })

  it('takes all changes, in canonical form, and tells who listens which keys changed', () => {
    const store = memoryStore()
    const settings = make(store)
    const heard: string[][] = []
    settings.onChange((_now, keys) => heard.push([...keys]))
    settings.set({
      'network.listenOn': ['[0:0::1]:18444'],
      'reputation.whitelist': ['10.0.0.0/8'],
      'log.level': 'info',
    })
    expect(store.values).toMatchObject({ 'network.listenOn': ['[::1]:18444'], 'reputation.whitelist': ['10.0.0.0/8'] })
    expect(heard).toEqual([['network.listenOn', 'reputation.whitelist']])
  })

  it('a value from the command line holds for this run and is not stored', () => {
    const store = memoryStore({ 'network.enabled': ['bitcoin/mainnet'] })
    const settings = make(store, { 'network.enabled': ['bitcoin/regtest'] })
    expect(settings.current['network.enabled']).toEqual(['bitcoin/regtest'])
    expect(store.values['network.enabled']).toEqual(['bitcoin/mainnet'])
    settings.set({ 'network.enabled': ['bitcoin/mainnet', 'bitcoin/regtest'] })
    expect(settings.current['network.enabled']).toEqual(['bitcoin/mainnet', 'bitcoin/regtest'])
  })

  it('never shows or exports a secret, and the dots that stand for it change nothing', () => {
    const store = memoryStore({ 'routes.proxyPassword': 'hunter2' })
    const settings = make(store)
    expect(settings.shown()['routes.proxyPassword']).toBe(SECRET_IS_SET)
    expect(settings.exportText([])).not.toContain('hunter2')
    settings.set({ 'routes.proxyPassword': SECRET_IS_SET })
    expect(settings.current['routes.proxyPassword']).toBe('hunter2')
  })

  it('a stored value that does not fit any more leaves its default, and the rest stands', () => {
    const settings = make(memoryStore({ 'limits.targetOutbound': 'many', 'limits.maxInbound': 5, gone: 1 }))
    expect(settings.current['limits.targetOutbound']).toBe(8)
    expect(settings.current['limits.maxInbound']).toBe(5)
  })

  it('what it exports it can read', () => {
    const settings = make()
    settings.set({ 'limits.targetOutbound': 3 })
    expect(readSettingsExport(settings.exportText([])).settings).toEqual({ 'limits.targetOutbound': 3 })
  })

  it.each(['', '{', '[]', '{"format":"other"}', '{"format":"warren-settings","version":2}', 'null'])(
    'refuses %j as an export, with a sentence',
    text => {
      expect(() => readSettingsExport(text)).toThrow(/\w+ \w+/)
    },
  )
})
