/** Ethereum's discovery v5 with an implementation that we did not write: @chainsafe/discv5, over real UDP on loopback. */
import { Discv5 } from '@chainsafe/discv5'
import { ENR, SignableENR } from '@chainsafe/enr'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src-main/log/index.ts'
import type { EthereumDiscovery } from '../../src-main/networks/ethereum/discovery/discovery.ts'
import { recordText } from '../../src-main/networks/ethereum/discovery/enr.ts'
import { logDistance, parseNode } from '../../src-main/networks/ethereum/discovery/node.ts'
import { systemClock, systemRandom } from '../../src-main/time/index.ts'
import { OPEN_POLICY, createTransport } from '../../src-main/transport/index.ts'
import type { Transport } from '../../src-main/transport/index.ts'
import { discoveryOn } from '../networks/ethereum/discovery/stand.ts'

const transports: Transport[] = []
const ours: EthereumDiscovery[] = []
const theirs: Discv5[] = []

afterEach(async () => {
  for (const node of ours.splice(0)) node.close()
  await Promise.all(theirs.splice(0).map(node => node.stop()))
  await Promise.all(transports.splice(0).map(transport => transport.close()))
})

async function ourNode(seed: number, bootNodesV5: readonly string[] = []): Promise<EthereumDiscovery> {
  const transport = createTransport({ clock: systemClock, log: silentLog, policy: OPEN_POLICY })
  transports.push(transport)
  const socket = await transport.openUdp({ host: '127.0.0.1', port: 0 })
  const node = discoveryOn(socket, systemClock, seed, { random: systemRandom, usesV4: false, bootNodesV5 })
  ours.push(node)
  return node
}

/** Its packages have two versions of the interface of keys, which differ in types only. */
type TheirKey = Parameters<typeof Discv5.create>[0]['privateKey']

/** Theirs has to be told its port. */
async function theirNode(): Promise<Discv5> {
  const probe = createTransport({ clock: systemClock, log: silentLog, policy: OPEN_POLICY })
  const { address } = await probe.openUdp({ host: '127.0.0.1', port: 0 })
  await probe.close()
  const privateKey = (await generateKeyPair('secp256k1')) as unknown as TheirKey
  const enr = SignableENR.createFromPrivateKey(privateKey)
  enr.ip = '127.0.0.1'
  enr.udp = address.port
  const node = Discv5.create({
    enr,
    privateKey,
    bindAddrs: { ip4: multiaddr(`/ip4/127.0.0.1/udp/${address.port}`) },
  })
  await node.start()
  theirs.push(node)
  return node
}

const recordOf = (node: EthereumDiscovery): string => recordText(node.local.record)
const theirText = (node: Discv5): string => node.enr.encodeTxt()

describe('@chainsafe/discv5', () => {
  it('answers our ping, gives its record and its nodes, and talks', { timeout: 20_000 }, async () => {
    const peer = await theirNode()
    const us = await ourNode(11)
    const node = parseNode(theirText(peer))
    expect(node.id).toBe(peer.enr.nodeId)
    expect(await us.v5?.ping(node)).toBe(peer.enr.seq)
    expect((await us.v5?.requestRecord(node))?.id).toBe(node.id)
    const third = await ourNode(12)
    peer.addEnr(recordOf(third))
    const distance = logDistance(node.idBytes, third.local.idBytes)
    expect((await us.v5?.findnode(node, [distance]))?.map(({ id }) => id)).toContain(third.local.id)

    peer.on('talkReqReceived', (from, _enr, message) => {
      void peer.sendTalkResp(from, message.id, Uint8Array.from(message.request).toReversed())
    })
    expect([...((await us.v5?.talk(node, 'tst', Uint8Array.of(1, 2, 3))) ?? [])]).toEqual([3, 2, 1])
  })

  it('gets our answers to ping, findnode and talk', { timeout: 20_000 }, async () => {
    const peer = await theirNode()
    const us = await ourNode(13)
    const enr = ENR.decodeTxt(recordOf(us))
    const pong = await peer.sendPing(enr)
    expect(pong.enrSeq).toBe(us.local.seq)
    const records = await peer.sendFindNode(enr, [0])
    expect(records.map(({ nodeId }) => nodeId)).toEqual([us.local.id])
    us.v5?.onTalk('tst', (_, message) => Promise.resolve(Uint8Array.of(...message, 9)))
    expect([...(await peer.sendTalkReq(enr, Uint8Array.of(7), 'tst'))]).toEqual([7, 9])
    expect([...(await peer.sendTalkReq(enr, Uint8Array.of(7), 'unknown'))]).toEqual([])
  })

  it('is a bootnode through which ours find each other', { timeout: 20_000 }, async () => {
    const peer = await theirNode()
    const first = await ourNode(14, [theirText(peer)])
    await first.start()
    const second = await ourNode(15, [theirText(peer)])
    await second.start()
    const found = new Set<string>()
    const until = performance.now() + 10_000
    while (!found.has(first.local.id) && performance.now() < until) {
      const node = await second.next()
      if (node !== null) found.add(node.id)
    }
    expect(found.has(first.local.id)).toBe(true)
  })
})
