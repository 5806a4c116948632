/** The torrc of the Tor that we start: written anew before every start, so that nothing else decides what it does. Pure. */
import type { Bridge, BridgeTransport } from './bridges.ts'
import { TorError } from './errors.ts'
import { MAX_EXTRA_LINES } from './limits.ts'
import { quote } from './reply.ts'

export interface TorrcOptions {
  readonly dataDirectory: string
  /** Where Tor names its control port. */
  readonly portFile: string
  readonly cookieFile: string
  /** Our process: Tor ends when it is gone. */
  readonly pid: number
  /** The port of the last run, so that dials find it again; null takes any. */
  readonly socksPort: number | null
  readonly bridges: readonly Bridge[]
  /** Programs that speak the bridges' transports. */
  readonly plugins: ReadonlyMap<BridgeTransport, string>
  /** Further lines, for private networks. */
  readonly extraLines: readonly string[]
}

/** @throws {TorError} `bad-torrc` for an extra line that is more than one, `no-plugin` for a program that cannot be named */
export function makeTorrc(options: TorrcOptions): string {
  const { extraLines } = options
  if (extraLines.length > MAX_EXTRA_LINES || extraLines.some(line => /[\r\n\0]/.test(line) || line.endsWith('\\')))
    throw new TorError('bad-torrc', `Extra lines for Tor are single lines, at most ${MAX_EXTRA_LINES}.`)
  const lines = [
    `DataDirectory ${quote(options.dataDirectory)}`,
    // Loopback is where a bare port is opened. Dials with different credentials never share a circuit. What is wrong with
    // an onion service is told by codes of its own (Tor's proposal 304).
    `SocksPort ${options.socksPort === null ? 'auto' : `127.0.0.1:${options.socksPort}`} IsolateSOCKSAuth ExtendedErrors`,
    'ControlPort auto',
    `ControlPortWriteToFile ${quote(options.portFile)}`,
    'CookieAuthentication 1',
    `CookieAuthFile ${quote(options.cookieFile)}`,
    `__OwningControllerProcess ${options.pid}`,
    'ClientOnly 1',
    'AvoidDiskWrites 1',
    'Log notice stdout',
    ...(options.bridges.length > 0 ? ['UseBridges 1'] : []),
    ...options.bridges.map(({ line }) => `Bridge ${line}`),
    ...[...options.plugins].map(([transport, path]) => `ClientTransportPlugin ${transport} exec ${pluginPath(path)}`),
    ...extraLines,
  ]
  return `${lines.join('\n')}\n`
}

/** Tor splits this line at spaces and knows no quotes there. */
function pluginPath(path: string): string {
  if (/[\s"#]/.test(path))
    throw new TorError(
      'no-plugin',
      `Tor cannot start ${path}: its path has a space or a quote in it. Move the program.`,
    )
  return path
}
