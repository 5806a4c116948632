/** The command line: what each option does, and the sentence for each mistake. */
import { describe, expect, test } from 'vitest'
import {
  defaultDataDir,
  helpText,
  parseOptions,
  withoutChromiumSwitches,
  type Options,
} from '../../src-main/border/options.ts'

const HOME = { HOME: '/home/ann' }
const parse = (line: string): ReturnType<typeof parseOptions> =>
  parseOptions(line === '' ? [] : line.split(' '), HOME, 'linux')

const STANDARD: Options = {
  isHeadless: false,
  port: 0,
  dataDir: '/home/ann/.local/share/warren',
  networks: [],
  connect: [],
  listen: [],
  isPlayground: false,
  mayOpenBrowser: true,
  bind: null,
  unixSocket: null,
}

const GOOD: [string, Partial<Options>][] = [
  ['', {}],
  ['--headless', { isHeadless: true }],
  ['--port 8080', { port: 8080 }],
  ['--port=0', { port: 0 }],
  ['--data-dir /tmp/x', { dataDir: '/tmp/x' }],
  ['--network bitcoin/regtest --network bitcoin/signet', { networks: ['bitcoin/regtest', 'bitcoin/signet'] }],
  ['--connect 1.2.3.4:8333 --connect=[::1]:8333', { connect: ['1.2.3.4:8333', '[::1]:8333'] }],
  ['--listen 127.0.0.1:18444', { listen: ['127.0.0.1:18444'] }],
  ['--playground --no-open', { isPlayground: true, mayOpenBrowser: false }],
  ['--unix-socket /run/w.sock', { unixSocket: '/run/w.sock' }],
  [
    '--bind 0.0.0.0 --password-file p --tls-cert c --tls-key k',
    { bind: { address: '0.0.0.0', passwordFile: 'p', cert: 'c', key: 'k' } },
  ],
]

const BAD: [string, string][] = [
  ['x', '"x" is not an option'],
  ['-h', '"-h" is not an option'],
  ['--nope', '--nope is not an option'],
  ['--constructor', '--constructor is not an option'],
  ['--port', '--port needs a value'],
  ['--port --headless', '--port needs a value'],
  ['--data-dir=', '--data-dir needs a value'],
  ['--port 65536', 'is not a port'],
  ['--port -1', 'is not a port'],
  ['--port 80x', 'is not a port'],
  ['--port 1 --port 2', '--port is given twice'],
  ['--headless=yes', '--headless takes no value'],
  ['--network mainnet', 'is not a network'],
  ['--bind 0.0.0.0', '--bind opens Warren to the network'],
  ['--bind 0.0.0.0 --password-file p', '--bind opens Warren to the network'],
  ['--tls-key k', 'go with --bind'],
  ['--unix-socket s --port 1', 'cannot go together'],
  ['--unix-socket s --bind 127.0.0.1 --password-file p --tls-cert c --tls-key k', 'cannot go together'],
  [Array.from({ length: 101 }, () => '--connect a').join(' '), 'more than 100 times'],
]

describe('options', () => {
  test.each(GOOD)('"%s" is understood', (line, wanted) => {
    expect(parse(line)).toEqual({ kind: 'options', options: { ...STANDARD, ...wanted } })
  })
  test.each(BAD)('"%s" gets a sentence', (line, wanted) => {
    const parsed = parse(line)
    expect(parsed.kind === 'error' ? parsed.text : parsed.kind).toContain(wanted)
  })
  test('--unix-socket is refused where there are none', () => {
    expect(parseOptions(['--unix-socket', 'x'], {}, 'win32').kind).toBe('error')
  })
  test('--help and --version win over the rest', () => {
    expect(parse('--port 1 --help').kind).toBe('help')
    expect(parse('--version --headless').kind).toBe('version')
    for (const name of ['--headless', '--playground', '--connect HOST:PORT'])
      expect(helpText(HOME, 'linux')).toContain(name)
  })
})

test.each([
  ['linux', { HOME: '/h' }, '/h/.local/share/warren'],
  ['linux', { HOME: '/h', XDG_DATA_HOME: '/x' }, '/x/warren'],
  ['linux', { HOME: '/h', XDG_DATA_HOME: 'relative' }, '/h/.local/share/warren'],
  ['darwin', { HOME: '/Users/a' }, '/Users/a/Library/Application Support/Warren'],
  ['win32', { LOCALAPPDATA: 'C:\\L' }, 'C:\\L\\Warren'],
  ['win32', { USERPROFILE: 'C:\\U' }, 'C:\\U\\AppData\\Local\\Warren'],
])('on %s with %o data lies in %s', (platform, env, wanted) => {
  expect(defaultDataDir(env, platform)).toBe(wanted)
})

test("Chromium's own switches are left to Chromium, ours and unknown ones are not", () => {
  const given = ['--no-sandbox', '--playground', '--ozone-platform-hint=auto', '--lang=de', '--nope']
  expect(withoutChromiumSwitches(given)).toEqual(['--playground', '--nope'])
})
