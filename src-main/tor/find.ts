/** Finds what is there: a Tor that runs, programs called `tor`, and the programs that speak for bridges. */
import { posix, win32 } from 'node:path'
import { sleep } from '../time/index.ts'
import type { LocalTarget } from '../transport/index.ts'
import { readCookie } from './auth.ts'
import type { BridgeTransport } from './bridges.ts'
import { askProtocolInfo } from './control.ts'
import type { ControlParts } from './control.ts'
import { TorError, asTorError } from './errors.ts'
import { MAX_PROBE_BYTES, MAX_PROGRAM_PLACES, SOCKS_PROBE_TIMEOUT_MS } from './limits.ts'
import { cleanTorText } from './parse.ts'
import type { Env, Programs } from './programs.ts'

/** Where on which machine we look. */
export interface Place {
  readonly platform: NodeJS.Platform
  readonly env: Env
  readonly home: string
}

export interface SocksEndpoint {
  readonly host: string
  readonly port: number
}

/** A Tor that somebody else has started. */
export interface RunningTor {
  readonly kind: 'system' | 'tor-browser'
  readonly socks: SocksEndpoint
  readonly control: LocalTarget | null
  readonly version: string | null
  /** What its control port asks of us; `none` when there is no control port that we know. */
  readonly access: 'open' | 'cookie' | 'password' | 'locked' | 'none'
}

export interface TorBinary {
  readonly path: string
  readonly version: string
  readonly origin: 'chosen' | 'path' | 'usual' | 'tor-browser'
}

const RUNNING: readonly { kind: RunningTor['kind']; socks: number; controls: readonly LocalTarget[] }[] = [
  {
    kind: 'system',
    socks: 9050,
    controls: [
      { kind: 'unix', path: '/run/tor/control' },
      { kind: 'unix', path: '/var/run/tor/control' },
      { kind: 'tcp', host: '127.0.0.1', port: 9051 },
    ],
  },
  { kind: 'tor-browser', socks: 9150, controls: [{ kind: 'tcp', host: '127.0.0.1', port: 9151 }] },
]

/** Every Tor that answers at its usual ports, the system's first. Asks loopback only. */
export async function findRunning(parts: ControlParts, place: Place, signal?: AbortSignal): Promise<RunningTor[]> {
  const found = await Promise.all(
    RUNNING.map(async ({ kind, socks, controls }) => {
      const endpoint = { host: '127.0.0.1', port: socks }
      if ((await probeSocks(parts, endpoint, signal)) !== 'tor') return null
      for (const control of controls) {
        if (control.kind === 'unix' && place.platform === 'win32') continue
        try {
          const { version, methods, cookieFile } = await askProtocolInfo(parts, control, signal)
          return { kind, socks: endpoint, control, version, access: accessBy(methods, cookieFile) }
        } catch {
          // Not there, or not a control port: the next place.
        }
      }
      return { kind, socks: endpoint, control: null, version: null, access: 'none' as const }
    }),
  )
  return found.filter(tor => tor !== null)
}

function accessBy(methods: ReadonlySet<string>, cookieFile: string | null): RunningTor['access'] {
  if (methods.has('NULL')) return 'open'
  if (methods.has('SAFECOOKIE') && cookieFile !== null) {
    try {
      readCookie(cookieFile)
      return 'cookie'
    } catch {
      // A password may do.
    }
  }
  return methods.has('HASHEDPASSWORD') ? 'password' : 'locked'
}

/**
 * What answers at a port of this machine: Tor's SOCKS port, something else, or nobody. Speaks HTTP to it, which Tor
 * answers with a page about itself (and notes in its log, so this is for searches, not for watching).
 */
export async function probeSocks(
  parts: ControlParts,
  endpoint: SocksEndpoint,
  signal?: AbortSignal,
): Promise<'tor' | 'other' | 'nobody'> {
  try {
    const answer = await exchange(parts, endpoint, Buffer.from('GET / HTTP/1.0\r\n\r\n'), MAX_PROBE_BYTES, signal)
    return answer.toString('latin1').startsWith('HTTP/1.0 501 Tor is not an HTTP Proxy') ? 'tor' : 'other'
  } catch (error) {
    return error instanceof TorError && error.code === 'socks-unreachable' ? 'nobody' : 'other'
  }
}

/** Greets a SOCKS5 port without asking anything of it. @throws {TorError} `socks-unreachable`, `not-tor` */
export async function greetSocks(parts: ControlParts, endpoint: SocksEndpoint, signal?: AbortSignal): Promise<void> {
  const answer = await exchange(parts, endpoint, Buffer.of(5, 1, 0), 2, signal)
  if (answer[0] !== 5)
    throw new TorError('not-tor', `What answers on ${endpoint.host}:${endpoint.port} does not speak SOCKS5.`)
}

/** Sends bytes and gathers the answer until `enough` bytes, the end, or three seconds. */
async function exchange(
  parts: ControlParts,
  { host, port }: SocksEndpoint,
  request: Uint8Array,
  enough: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  let stream
  try {
    stream = await parts.connect({ kind: 'tcp', host, port }, signal)
  } catch (error) {
    throw asTorError(error, 'socks-unreachable')
  }
  const chunks: Uint8Array[] = []
  let length = 0
  const over = new AbortController()
  const answered = new Promise<void>(resolve => {
    stream.open({
      data: chunk => {
        chunks.push(chunk)
        length += chunk.length
        if (length >= enough) resolve()
      },
      closed: () => resolve(),
    })
    stream.write(request)
  })
  const limits = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal])
  await Promise.race([answered, sleep(parts.clock, SOCKS_PROBE_TIMEOUT_MS, limits).catch(() => {})])
  over.abort()
  stream.destroy()
  return Buffer.concat(chunks).subarray(0, enough)
}

/** Programs called `tor` that tell a version: the user's choice, PATH, the usual places, Tor Browser's. */
export async function findBinaries(programs: Programs, place: Place, chosen: string | null): Promise<TorBinary[]> {
  const name = place.platform === 'win32' ? 'tor.exe' : 'tor'
  const paths = pathsOf(place)
  const candidates: [string, TorBinary['origin']][] = [
    ...(chosen === null ? [] : ([[chosen, 'chosen']] as [string, TorBinary['origin']][])),
    ...pathFolders(place).map(folder => [paths.join(folder, name), 'path'] as [string, TorBinary['origin']]),
    ...usualFolders(place).map(folder => [paths.join(folder, name), 'usual'] as [string, TorBinary['origin']]),
    ...browserFolders(place).map(folder => [paths.join(folder, name), 'tor-browser'] as [string, TorBinary['origin']]),
  ]
  const found: TorBinary[] = []
  const seen = new Set<string>()
  for (const [path, origin] of candidates.slice(0, MAX_PROGRAM_PLACES)) {
    if (seen.has(path) || !paths.isAbsolute(path)) continue
    seen.add(path)
    const version = await versionOf(programs, place, path)
    if (version !== null) found.push({ path, version, origin })
  }
  return found
}

/** The version that a `tor` tells of itself, or null when it is none. */
async function versionOf(programs: Programs, place: Place, path: string): Promise<string | null> {
  if (!(await programs.isExecutable(path))) return null
  const text = await programs.output(path, ['--version'], binaryEnv(place, path))
  const match = /^Tor version ([0-9]\S*?)\.?(?:\s|$)/m.exec(text ?? '')
  return match?.[1] === undefined ? null : cleanTorText(match[1])
}

/** The surroundings that a `tor` needs: Tor Browser's on Linux brings its libraries beside it. */
export function binaryEnv(place: Place, path: string): Env {
  if (place.platform !== 'linux' || !browserFolders(place).some(folder => path.startsWith(`${folder}/`)))
    return place.env
  return { ...place.env, LD_LIBRARY_PATH: posix.dirname(path) }
}

/** Programs that speak a transport, best first. */
const PLUGIN_NAMES: Readonly<Record<BridgeTransport, readonly string[]>> = {
  obfs4: ['lyrebird', 'obfs4proxy'],
  meek_lite: ['lyrebird', 'obfs4proxy'],
  snowflake: ['snowflake-client', 'lyrebird'],
  webtunnel: ['webtunnel-client', 'lyrebird'],
}

/** The program that speaks a transport for Tor: beside `torBinary` as Tor Browser keeps it, in PATH, in the usual places. */
export async function findPlugin(
  programs: Programs,
  place: Place,
  transport: BridgeTransport,
  torBinary: string,
): Promise<string> {
  const paths = pathsOf(place)
  const beside = paths.dirname(torBinary)
  const folders = [
    paths.join(beside, 'PluggableTransports'),
    paths.join(beside, 'pluggable_transports'),
    beside,
    ...pathFolders(place),
    ...usualFolders(place),
    ...browserFolders(place).map(folder => paths.join(folder, 'PluggableTransports')),
  ]
  for (const name of PLUGIN_NAMES[transport]) {
    const file = place.platform === 'win32' ? `${name}.exe` : name
    for (const folder of folders.slice(0, MAX_PROGRAM_PLACES)) {
      const path = paths.join(folder, file)
      if (await programs.isExecutable(path)) return path
    }
  }
  throw new TorError(
    'no-plugin',
    `No program that speaks ${transport} was found (${PLUGIN_NAMES[transport].join(' or ')}). Install it, or use bridges of another kind.`,
  )
}

const pathsOf = ({ platform }: Place): typeof posix => (platform === 'win32' ? win32 : posix)

/** Folders of PATH that are named in full: a relative one would find whatever lies in the working directory. */
function pathFolders(place: Place): string[] {
  const paths = pathsOf(place)
  const text = place.env['PATH'] ?? place.env['Path'] ?? ''
  return text.split(paths.delimiter).filter(folder => paths.isAbsolute(folder))
}

function usualFolders({ platform, env }: Place): string[] {
  if (platform === 'darwin') return ['/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin']
  if (platform === 'win32')
    return ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap(name => {
      const folder = env[name]
      return folder === undefined ? [] : [win32.join(folder, 'Tor'), win32.join(folder, 'Tor', 'tor')]
    })
  return ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/snap/bin']
}

function browserFolders({ platform, env, home }: Place): string[] {
  if (platform === 'darwin')
    return ['/Applications', posix.join(home, 'Applications')].map(folder =>
      posix.join(folder, 'Tor Browser.app/Contents/MacOS/Tor'),
    )
  if (platform === 'win32')
    return [win32.join(home, 'Desktop'), env['ProgramFiles'], env['LOCALAPPDATA']].flatMap(folder =>
      folder === undefined ? [] : [win32.join(folder, 'Tor Browser', 'Browser', 'TorBrowser', 'Tor')],
    )
  return [
    '.local/share/torbrowser/tbb/x86_64/tor-browser',
    'tor-browser',
    'Downloads/tor-browser',
    'Desktop/tor-browser',
  ].map(folder => posix.join(home, folder, 'Browser/TorBrowser/Tor'))
}
