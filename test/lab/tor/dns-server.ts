/** A name server of the test's own on loopback: knows a few names, and echoes the question byte for byte as exits want it. */
import { createSocket } from 'node:dgram'

const A = 1
const PTR = 12

/** What a record says: the address, or the name. */
function recordOf(type: number, text: string): readonly number[] {
  if (type === A) return text.split('.').map(Number)
  return [...text.split('.').flatMap(label => [label.length, ...Buffer.from(label)]), 0]
}

export interface DnsServer {
  readonly port: number
  /** Names asked for so far, in lower case. */
  readonly questions: readonly string[]
  close(): Promise<void>
}

/** @param names IPv4 addresses by name, and names by reversed address (`7.2.0.192.in-addr.arpa`); every other name does not exist (never SERVFAIL: Tor waits 35 s after one) */
export async function startDnsServer(names: Readonly<Record<string, string>>): Promise<DnsServer> {
  const questions: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const labels: string[] = []
    let at = 12
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length))
      at += 1 + length
    }
    const end = at + 5
    const name = labels.join('.').toLowerCase()
    const type = query.readUInt16BE(at + 1)
    questions.push(name)
    const address = Object.hasOwn(names, name) ? names[name] : undefined
    const record = address === undefined || type !== (name.endsWith('.arpa') ? PTR : A) ? null : recordOf(type, address)
    const answer =
      record === null ? Buffer.alloc(0) : Buffer.of(0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, record.length, ...record)
    const header = Buffer.from(query.subarray(0, 12))
    // A response with recursion available; a name that has no address of this type is answered empty.
    header.writeUInt16BE(address === undefined ? 0x8583 : 0x8580, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(answer.length > 0 ? 1 : 0, 6)
    header.writeUInt32BE(0, 8)
    socket.send(Buffer.concat([header, query.subarray(12, end), answer]), from.port, from.address)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(0, '127.0.0.1', resolve)
  })
  return {
    port: socket.address().port,
    questions,
    close: () => new Promise(resolve => socket.close(() => resolve())),
  }
}
