/** SOCKS5 proxies that the user keeps by name, passwords in the vault. */
import { z } from 'zod'
import { RequestError } from '../../src-preload/contract/port.ts'
import { AddressError, parseAddress } from '../transport/index.ts'
import { MAX_PROXIES } from './limits.ts'
import type { Vault } from './vault.ts'

export interface KeptProxy {
  readonly name: string
  /** HOST:PORT, canonical. */
  readonly endpoint: string
  readonly user: string
  readonly password: string
}

const kept = z.array(z.strictObject({ name: z.string(), endpoint: z.string(), user: z.string(), password: z.string() }))

export interface Proxies {
  list(): readonly KeptProxy[]
  find(name: string): KeptProxy | null
  /** Durable on return. A password left out stays. @throws {RequestError} `invalid-input`, `too-many` */
  save(proxy: { name: string; endpoint: string; user: string; password: string | undefined }): KeptProxy
  remove(name: string): void
}

const NAME = 'proxies'

export function createProxies(vault: Vault): Proxies {
  let proxies: readonly KeptProxy[] = read(vault.get(NAME))
  const keep = (next: readonly KeptProxy[]): void => {
    vault.set(NAME, JSON.stringify(next))
    proxies = next
  }
  const find = (name: string): KeptProxy | null => proxies.find(proxy => proxy.name === name) ?? null
  return {
    list: () => proxies,
    find,
    save: ({ name, endpoint, user, password }) => {
      const before = find(name)
      if (before === null && proxies.length >= MAX_PROXIES)
        throw new RequestError('too-many', `At most ${MAX_PROXIES} proxies are kept.`)
      const proxy = {
        name,
        endpoint: checkedEndpoint(endpoint),
        ...checkedCredentials(user, password ?? before?.password ?? ''),
      }
      keep([...proxies.filter(one => one.name !== name), proxy])
      return proxy
    },
    remove: name => {
      if (find(name) === null) throw new RequestError('not-found', `No proxy is kept under the name ${name}.`)
      keep(proxies.filter(proxy => proxy.name !== name))
    },
  }
}

/** What the vault holds may be from an older Warren, or damaged: then there are none. */
function read(text: string | null): readonly KeptProxy[] {
  if (text === null) return []
  try {
    return kept.parse(JSON.parse(text))
  } catch {
    return []
  }
}

/** HOST:PORT in canonical form. @throws {RequestError} `invalid-input` with the sentence at the field */
export function checkedEndpoint(text: string): string {
  try {
    const address = parseAddress(text)
    if (address.port === 0) throw new AddressError('port', 'A proxy has a port from 1 to 65535.')
    return address.key
  } catch (error) {
    if (error instanceof AddressError)
      throw new RequestError('invalid-input', error.message, { endpoint: error.message })
    throw error
  }
}

/** RFC 1929 counts bytes, and has no empty user name. */
export function checkedCredentials(user: string, password: string): { user: string; password: string } {
  const bytes = (text: string): number => new TextEncoder().encode(text).length
  if (bytes(user) > 255 || bytes(password) > 255) {
    const text = 'User name and password have at most 255 bytes each.'
    throw new RequestError('invalid-input', text, { user: text })
  }
  if (user === '' && password !== '') {
    const text = 'A password needs a user name.'
    throw new RequestError('invalid-input', text, { user: text })
  }
  return { user, password }
}
