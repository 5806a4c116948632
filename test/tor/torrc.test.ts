import { describe, expect, it } from 'vitest'
import { parseBridges } from '../../src-main/tor/bridges.ts'
import { makeTorrc } from '../../src-main/tor/torrc.ts'
import type { TorrcOptions } from '../../src-main/tor/torrc.ts'

const options: TorrcOptions = {
  dataDirectory: '/home/me/my data/tor',
  portFile: 'C:\\Users\\me\\port',
  cookieFile: '/c',
  pid: 42,
  socksPort: null,
  bridges: [],
  plugins: new Map(),
  extraLines: [],
}

describe('the torrc of our Tor', () => {
  it('names our folder, isolates dials, and holds on to our process', () => {
    expect(makeTorrc(options).split('\n')).toEqual([
      'DataDirectory "/home/me/my data/tor"',
      'SocksPort auto IsolateSOCKSAuth ExtendedErrors',
      'ControlPort auto',
      'ControlPortWriteToFile "C:\\\\Users\\\\me\\\\port"',
      'CookieAuthentication 1',
      'CookieAuthFile "/c"',
      '__OwningControllerProcess 42',
      'ClientOnly 1',
      'AvoidDiskWrites 1',
      'Log notice stdout',
      '',
    ])
    expect(makeTorrc({ ...options, socksPort: 4321 })).toContain(
      '\nSocksPort 127.0.0.1:4321 IsolateSOCKSAuth ExtendedErrors\n',
    )
  })

  it('uses bridges when there are any, with the program of each transport', () => {
    const { bridges } = parseBridges('192.0.2.1:443\nwebtunnel 192.0.2.2:443 url=https://a.example/x')
    const text = makeTorrc({ ...options, bridges, plugins: new Map([['webtunnel', '/usr/bin/lyrebird']]) })
    expect(text).toContain(
      '\nUseBridges 1\nBridge 192.0.2.1:443\nBridge webtunnel 192.0.2.2:443 url=https://a.example/x\n',
    )
    expect(text).toContain('\nClientTransportPlugin webtunnel exec /usr/bin/lyrebird\n')
    expect(makeTorrc(options)).not.toContain('UseBridges')
  })

  it('takes no extra line that is two, and no program that Tor would read wrongly', () => {
    expect(makeTorrc({ ...options, extraLines: ['TestingTorNetwork 1'] })).toContain('\nTestingTorNetwork 1\n')
    for (const line of ['a\nb', 'a\rb', 'a \\'])
      expect(() => makeTorrc({ ...options, extraLines: [line] })).toThrow(/single lines/)
    const spaced = new Map([['obfs4', '/My Programs/obfs4proxy']] as const)
    expect(() => makeTorrc({ ...options, plugins: spaced })).toThrow(/space/)
    expect(() => makeTorrc({ ...options, dataDirectory: '/a\nb' })).toThrow(/line ends/)
  })
})
