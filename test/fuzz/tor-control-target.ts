/**
 * What the Tor fuzzer feeds: answers and events as a real Tor sends them, spoilt somewhere, cut into chunks anywhere. It
 * fails when anything but a `TorError` is thrown, or when text comes out that would not fit on one line of our log.
 */
import { parseProtocolInfo } from '../../src-main/tor/auth.ts'
import { TorError } from '../../src-main/tor/errors.ts'
import { MAX_TOR_TEXT } from '../../src-main/tor/limits.ts'
import {
  itemLines,
  parseBootstrap,
  parseCircuit,
  parseEvent,
  parseListeners,
  parseStream,
} from '../../src-main/tor/parse.ts'
import { ReplyParser, isEvent, splitWords } from '../../src-main/tor/reply.ts'
import type { Reply } from '../../src-main/tor/reply.ts'
import type { FuzzTarget } from './harness.ts'
import { mutate } from './harness.ts'

const A = `$${'A1'.repeat(20)}~relay1`
const B = `$${'B2'.repeat(20)}~relay2`
const MESSAGES: readonly string[] = [
  '250-PROTOCOLINFO 1\r\n250-AUTH METHODS=COOKIE,SAFECOOKIE,HASHEDPASSWORD COOKIEFILE="/var/lib/tor/c\\303\\266\\"okie"\r\n250-VERSION Tor="0.4.9.11"\r\n250 OK\r\n',
  `250 AUTHCHALLENGE SERVERHASH=${'AB'.repeat(32)} SERVERNONCE=${'CD'.repeat(32)}\r\n`,
  `250+circuit-status=\r\n1 BUILT ${A},${B} BUILD_FLAGS=NEED_CAPACITY PURPOSE=CONFLUX_LINKED TIME_CREATED=2026-11-21T02:35:20.220129 SOCKS_USERNAME="alice" SOCKS_PASSWORD="pw" CONFLUX_RTT=11601\r\n2 LAUNCHED PURPOSE=HS_VANGUARDS\r\n.\r\n250 OK\r\n`,
  '250-stream-status=14 SUCCEEDED 5 127.0.0.1:35391\r\n250 OK\r\n',
  '250-net/listeners/socks="127.0.0.1:9050" "unix:/run/tor/socks"\r\n250 OK\r\n',
  `250-ServiceID=${'a'.repeat(56)}\r\n250-PrivateKey=ED25519-V3:${'A'.repeat(86)}==\r\n250 OK\r\n`,
  '552 Unrecognized key "x"\r\n',
  '650 STATUS_CLIENT WARN BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY="Connecting" WARNING="Connection refused" REASON=CONNECTREFUSED COUNT=2 HOSTADDR="192.0.2.1:443"\r\n',
  `650 CIRC 10 EXTENDED ${A} BUILD_FLAGS=NEED_UPTIME PURPOSE=GENERAL TIME_CREATED=2026-11-21T02:35:21.218971\r\n`,
  `650 CIRC_MINOR 10 PURPOSE_CHANGED ${A},${B} PURPOSE=CONFLUX_LINKED OLD_PURPOSE=CONFLUX_UNLINKED\r\n`,
  '650 STREAM 14 NEW 0 127.0.0.1:35391 SOURCE_ADDR=127.0.0.1:50786 PURPOSE=USER SOCKS_USERNAME="alice" SOCKS_PASSWORD="pw"\r\n',
  '650 BW 1024 2048\r\n',
  `650 HS_DESC UPLOADED ${'a'.repeat(56)} UNKNOWN ${A}\r\n`,
  '650+NOTICE\r\ntwo\r\n..lines\r\n.\r\n650 OK\r\n',
]

function read(reply: Reply): string {
  if (isEvent(reply)) {
    const event = parseEvent(reply)
    if (event?.kind === 'log') check(event.text)
    if (event?.kind === 'bootstrap') check(event.phase.summary)
    return event === null ? 'an event of another kind' : `event: ${event.kind}`
  }
  parseProtocolInfo(reply)
  for (const { text, block } of reply.lines) {
    splitWords(text)
    parseListeners(text)
    parseBootstrap(text)
    for (const line of itemLines(block ?? '')) {
      parseStream(line)
      if (parseCircuit(line) !== null) return 'an answer with circuits'
    }
  }
  return `an answer ${Math.floor(reply.status / 100)}xx`
}

function check(text: string): void {
  if (text.length > MAX_TOR_TEXT || /[\r\n\0]/.test(text))
    throw new Error(`text of ${text.length} characters got through`)
}

export const torControlTarget: FuzzTarget = random => {
  const said = Array.from({ length: 1 + random.below(5) }, () => MESSAGES[random.below(MESSAGES.length)] ?? '').join('')
  const good = Buffer.from(said)
  const bytes = random.below(8) === 0 ? good : mutate(good, random)
  const parser = new ReplyParser()
  let last = 'nothing yet'
  try {
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + 1 + random.below(200))
      for (const reply of parser.push(bytes.subarray(at, end))) last = read(reply)
      at = end
    }
    return last
  } catch (error) {
    if (error instanceof TorError && error.code === 'control-protocol') return `broken: ${error.message.slice(0, 50)}`
    throw error
  }
}
