/**
 * Who we are, to a control port: PROTOCOLINFO, then AUTHENTICATE by nothing, password or SAFECOOKIE. The plain cookie
 * method is never used: it would hand the content of a file that the other side names to whoever listens there.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { RandomSource } from '../time/index.ts'
import { TorError } from './errors.ts'
import { COOKIE_BYTES } from './limits.ts'
import type { ControlLink } from './link.ts'
import { refusalText } from './link.ts'
import { cleanTorText } from './parse.ts'
import { quote, splitWords } from './reply.ts'
import type { Reply } from './reply.ts'

export interface ProtocolInfo {
  readonly version: string
  readonly methods: ReadonlySet<string>
  readonly cookieFile: string | null
}

export interface Credentials {
  readonly password: string | null
  /** Where the cookie lies, when it is known better than Tor knows it; else Tor's word is taken. */
  readonly cookieFile: string | null
}

/** Asks what speaks there and how it wants to be spoken to. @throws {TorError} `control-protocol` when it is not Tor */
export async function protocolInfo(link: ControlLink, where: string): Promise<ProtocolInfo> {
  const reply = await link.ask('PROTOCOLINFO 1')
  const found = parseProtocolInfo(reply)
  if (found === null)
    throw new TorError('control-protocol', `${where} is not Tor's control port: it answered ${refusalText(reply)}`)
  return found
}

export function parseProtocolInfo(reply: Reply): ProtocolInfo | null {
  const lines = reply.lines.map(({ text }) => splitWords(text))
  const auth = lines.find(({ plain }) => plain[0] === 'AUTH')?.named
  const version = lines.find(({ plain }) => plain[0] === 'VERSION')?.named.get('Tor')
  if (reply.status !== 250 || auth === undefined || version === undefined) return null
  return {
    version: cleanTorText(version),
    methods: new Set((auth.get('METHODS') ?? '').split(',')),
    cookieFile: auth.get('COOKIEFILE') ?? null,
  }
}

/**
 * Authenticates by the one method that fits best; Tor closes the connection after a failure, so there is no second try.
 * @throws {TorError} `cookie-unreadable`, `cookie-wrong`, `password-missing`, `password-wrong`, `auth-unsupported`
 */
export async function authenticate(
  link: ControlLink,
  { methods, cookieFile }: ProtocolInfo,
  credentials: Credentials,
  random: RandomSource,
): Promise<void> {
  if (methods.has('NULL')) return accept(await link.ask('AUTHENTICATE'), 'auth-unsupported', 'lets nobody in')
  if (methods.has('HASHEDPASSWORD') && credentials.password !== null) {
    const reply = await link.ask(`AUTHENTICATE ${quote(credentials.password)}`)
    return accept(reply, 'password-wrong', 'does not take this password. Check it in the settings')
  }
  const file = credentials.cookieFile ?? cookieFile
  if (methods.has('SAFECOOKIE') && file !== null) {
    try {
      return await safeCookie(link, readCookie(file), random)
    } catch (error) {
      const isLocked = error instanceof TorError && error.code === 'cookie-unreadable'
      if (!isLocked || !methods.has('HASHEDPASSWORD')) throw error
    }
  }
  if (methods.has('HASHEDPASSWORD'))
    throw new TorError('password-missing', "Tor's control port wants a password. Enter it in the settings.")
  throw new TorError(
    'auth-unsupported',
    `Tor's control port offers no way in that we know (${cleanTorText([...methods].join(', '))}).`,
  )
}

function accept(reply: Reply, code: 'password-wrong' | 'cookie-wrong' | 'auth-unsupported', text: string): void {
  if (reply.status >= 400) throw new TorError(code, `Tor's control port ${text}. It said ${refusalText(reply)}`)
}

/** The cookie, from a file that is exactly as long as a cookie is. @throws {TorError} `cookie-unreadable` */
export function readCookie(file: string): Uint8Array {
  const unreadable = (why: string, cause?: unknown): TorError =>
    new TorError('cookie-unreadable', `Tor's cookie file ${cleanTorText(file)} ${why}`, cause)
  if (!isAbsolute(file)) throw unreadable('is not named by its whole path.')
  try {
    const stats = statSync(file)
    // Asked before it is opened: to open a pipe would wait for a writer, and the path is the other side's word.
    if (!stats.isFile()) throw unreadable('is not a file.')
    if (stats.size !== COOKIE_BYTES) throw unreadable(`has ${stats.size} bytes, where a cookie has ${COOKIE_BYTES}.`)
    const cookie = readFileSync(file)
    if (cookie.length === COOKIE_BYTES) return cookie
    throw unreadable('changed while it was read.')
  } catch (error) {
    if (error instanceof TorError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EACCES' || code === 'EPERM')
      throw unreadable(
        'may not be read by you. On Debian, join the group debian-tor and log in again; or set a control password.',
        error,
      )
    throw unreadable(code === 'ENOENT' ? 'does not exist.' : 'cannot be read.', error)
  }
}

/** The fixed keys of control-spec §3.24. */
const SERVER_KEY = 'Tor safe cookie authentication server-to-controller hash'
const CLIENT_KEY = 'Tor safe cookie authentication controller-to-server hash'

/** What one side proves: that it knows the cookie, without telling it. */
export const cookieProof = (side: 'server' | 'client', parts: readonly Uint8Array[]): Buffer =>
  createHmac('sha256', side === 'server' ? SERVER_KEY : CLIENT_KEY)
    .update(Buffer.concat(parts))
    .digest()

async function safeCookie(link: ControlLink, cookie: Uint8Array, random: RandomSource): Promise<void> {
  const ours = random.bytes(32)
  const challenge = await link.command(`AUTHCHALLENGE SAFECOOKIE ${Buffer.from(ours).toString('hex')}`)
  const { plain, named } = splitWords(challenge.lines[0]?.text ?? '')
  const hash = Buffer.from(named.get('SERVERHASH') ?? '', 'hex')
  const theirs = Buffer.from(named.get('SERVERNONCE') ?? '', 'hex')
  if (plain[0] !== 'AUTHCHALLENGE' || hash.length !== 32 || theirs.length !== 32)
    throw new TorError('control-protocol', "Tor's answer to the cookie challenge makes no sense.")
  const parts = [cookie, ours, theirs]
  if (!timingSafeEqual(hash, cookieProof('server', parts)))
    throw new TorError(
      'cookie-wrong',
      'What answers on the control port does not know the cookie in the file: it is another Tor, or not Tor at all.',
    )
  const reply = await link.ask(`AUTHENTICATE ${cookieProof('client', parts).toString('hex')}`)
  accept(reply, 'cookie-wrong', 'does not take our cookie')
}
