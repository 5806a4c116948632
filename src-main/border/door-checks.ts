/** The checks at the door as pure functions: which Host lines are ours, whether an Origin fits, what a cookie says. */
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/** Which names this door answers to. */
export type HostRule = (host: string) => boolean

/**
 * Loopback: exactly three names with the port, against DNS rebinding. A unix socket has no port of its own (a tunnel
 * brings one), a door opened on purpose has the machine's addresses: neither may be reached by a stranger's host name.
 */
export function hostRule(place: 'loopback' | 'socket' | 'bound', port: number): HostRule {
  if (place === 'loopback') {
    const names = new Set([`127.0.0.1:${String(port)}`, `[::1]:${String(port)}`, `localhost:${String(port)}`])
    return host => names.has(host)
  }
  if (place === 'socket') return host => /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(host)
  return host => {
    const match = /^(?:\[([\da-f:.]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/i.exec(host)
    const name = match?.[1] ?? match?.[2] ?? ''
    return Number(match?.[3] ?? 443) === port && (isIP(name) !== 0 || name === 'localhost')
  }
}

/** The Host line when there is exactly one and it is ours, else null. */
export function ownHost(headers: NodeJS.Dict<string[]>, rule: HostRule): string | null {
  const [host, ...others] = headers['host'] ?? []
  return host !== undefined && others.length === 0 && rule(host) ? host : null
}

/** The value of a cookie in a Cookie line; the first of the name. */
export function cookieNamed(headers: IncomingHttpHeaders, name: string): string | null {
  for (const part of (headers.cookie ?? '').split(';')) {
    const equals = part.indexOf('=')
    if (equals !== -1 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim()
  }
  return null
}

/** What follows `Bearer `; null when the request does not use the header at all. An odd header counts as a wrong key. */
export function bearerOf(headers: IncomingHttpHeaders): string | null {
  if (headers.authorization === undefined) return null
  return /^Bearer ([\w-]{1,200})$/i.exec(headers.authorization)?.[1] ?? ''
}

/** Goes on every answer. `host` is ours already; its own WebSocket must be named for browsers that do not count it as 'self'. */
export function securityHeaders(host: string | null, isTls: boolean): Record<string, string> {
  const socket = host === null ? '' : ` ${isTls ? 'wss' : 'ws'}://${host}`
  return {
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
      `connect-src 'self'${socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), usb=()',
    'cache-control': 'no-store',
  }
}
