import { describe, expect, it } from 'vitest'
import { DnsLists } from '../../../../src-main/networks/ethereum/discovery/dns-list.ts'
import {
  entryHash,
  parseEntry,
  parseLink,
  parseRoot,
  readEntry,
} from '../../../../src-main/networks/ethereum/discovery/dns-tree.ts'
import { recordText, signRecord } from '../../../../src-main/networks/ethereum/discovery/enr.ts'
import { compressKey, keccak256, publicKeyOf, signRecoverable } from '../../../../src-main/networks/ethereum/keys.ts'
import { hex } from '../../../../src-main/networks/ethereum/discovery/node.ts'
import { uint } from '../../../../src-main/networks/ethereum/discovery/rlp-items.ts'
import { VirtualClock, seededRandom } from '../../../../src-main/time/index.ts'
import { toBase32 } from '../../../../src-main/transport/index.ts'
import { keyOf } from './stand.ts'

/** The tree of go-ethereum's dnsdisc tests, signed by its testing key. */
const LINK = 'enrtree://AKPYQIUQIL7PSIACI32J7FGZW56E5FKHEFCCOFHILBIMW3M6LWXS2@n'
const PUBLISHED: Readonly<Record<string, string>> = {
  n: 'enrtree-root:v1 e=JWXYDBPXYWG6FX3GMDIBFA6CJ4 l=C7HRFPF3BLGF3YR4DY5KX3SMBE seq=1 sig=o908WmNp7LibOfPsr4btQwatZJ5URBr2ZAuxvK4UWHlsB9sUOTJQaGAlLPVAhM__XJesCHxLISo94z5Z2a463gA',
  'C7HRFPF3BLGF3YR4DY5KX3SMBE.n':
    'enrtree://AM5FCQLWIZX2QFPNJAP7VUERCCRNGRHWZG3YYHIUV7BVDQ5FDPRT2@morenodes.example.org',
  'JWXYDBPXYWG6FX3GMDIBFA6CJ4.n':
    'enrtree-branch:2XS2367YHAXJFGLZHVAWLQD4ZY,H4FHT4B454P6UXFD7JCYQ5PWDY,MHTDO6TMUBRIA2XWG5LUDACK24',
  '2XS2367YHAXJFGLZHVAWLQD4ZY.n':
    'enr:-HW4QOFzoVLaFJnNhbgMoDXPnOvcdVuj7pDpqRvh6BRDO68aVi5ZcjB3vzQRZH2IcLBGHzo8uUN3snqmgTiE56CH3AMBgmlkgnY0iXNlY3AyNTZrMaECC2_24YYkYHEgdzxlSNKQEnHhuNAbNlMlWJxrJxbAFvA',
  'H4FHT4B454P6UXFD7JCYQ5PWDY.n':
    'enr:-HW4QAggRauloj2SDLtIHN1XBkvhFZ1vtf1raYQp9TBW2RD5EEawDzbtSmlXUfnaHcvwOizhVYLtr7e6vw7NAf6mTuoCgmlkgnY0iXNlY3AyNTZrMaECjrXI8TLNXU0f8cthpAMxEshUyQlK-AM0PW2wfrnacNI',
  'MHTDO6TMUBRIA2XWG5LUDACK24.n':
    'enr:-HW4QLAYqmrwllBEnzWWs7I5Ev2IAs7x_dZlbYdRdMUx5EyKHDXp7AV5CkuPGUPdvbv1_Ms1CPfhcGCvSElSosZmyoqAgmlkgnY0iXNlY3AyNTZrMaECriawHKWdDRk2xeZkrOXBQ0dfMFLHY4eENZwdufn1S1o',
}

const codeOf = (action: () => unknown): string => {
  try {
    action()
    return 'none'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

describe('entries of node lists (EIP-1459)', () => {
  it('reads the published tree, each entry by its hash', () => {
    const { publicKey, domain } = parseLink(LINK)
    expect(domain).toBe('n')
    const root = parseRoot(PUBLISHED.n ?? '', publicKey)
    expect(root).toEqual({ nodes: 'JWXYDBPXYWG6FX3GMDIBFA6CJ4', links: 'C7HRFPF3BLGF3YR4DY5KX3SMBE', seq: 1 })
    for (const [name, text] of Object.entries(PUBLISHED)) {
      const [hash = ''] = name.split('.')
      if (name === 'n') continue
      expect(entryHash(text)).toBe(hash)
      expect(parseEntry(text, hash).type).toMatch(/branch|node|link/)
      expect(codeOf(() => parseEntry(`${text} `, hash))).toBe('wrong-hash')
    }
  })

  it('refuses a root that another has signed, or that has been changed', () => {
    const text = PUBLISHED.n ?? ''
    expect(codeOf(() => parseRoot(text.replace('seq=1', 'seq=2'), parseLink(LINK).publicKey))).toBe('bad-signature')
    expect(codeOf(() => parseRoot(text, publicKeyOf(keyOf(5))))).toBe('bad-signature')
  })

  it.each([
    'enrtree-root:v1 e=TO4Q75OQ2N7DX4EOOR7X66A6OM seq=3 sig=N-YY6UB9xD0hFx1Gmnt7v0RfSxch5tKyry2SRDoLx7B4GfPXagwLxQqyf7gAMvApFn_ORwZQekMWa_pXrcGCtw',
    'enrtree-root:v1 e=A l=TO4Q75OQ2N7DX4EOOR7X66A6OM seq=3 sig=3FmXuVwpa8Y7OstZTx9PIb1mt8FrW7VpDOFv4AaGCsZ2EIHmhraWhe4NxYhQDlw5MjeFXYMbJjsPeKlHzmJREQE',
    '',
  ])('refuses the root %s', text => {
    expect(codeOf(() => parseRoot(text, parseLink(LINK).publicKey))).toBe('bad-entry')
  })

  it.each([
    'enrtree-branch:1,2',
    'enrtree-branch:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'enrtree://nodes.example.org',
    'enrtree://AP62DT7WOTEQZGQZOU474PP3KMEGVTTE7A7NPRXKX3DUD57@nodes.example.org',
    'enrtree://AP62DT7WONEQZGQZOU474PP3KMEGVTTE7A7NPRXKX3DUD57TQHGIA@nodes.example.org',
    '',
    'foo',
    'enrtree',
    'enrtree-x=',
  ])('refuses the entry %s', text => {
    expect(codeOf(() => readEntry(text))).toBe('bad-entry')
  })

  it('takes an empty branch, and short hashes of 12 bytes', () => {
    expect(readEntry('enrtree-branch:')).toEqual({ type: 'branch', children: [] })
    expect(readEntry('enrtree-branch:AAAAAAAAAAAAAAAAAAAA')).toEqual({
      type: 'branch',
      children: ['AAAAAAAAAAAAAAAAAAAA'],
    })
  })
})

const OWNER = keyOf(900)
const OWNER_LINK = `enrtree://${toBase32(compressKey(publicKeyOf(OWNER))).toUpperCase()}@`

const nodeText = (index: number): string =>
  recordText(signRecord(keyOf(1000 + index), 1n, { ip: Uint8Array.of(8, 8, index, 1), udp: uint(30303) }))

/** A list of nodes and links in branches of at most 13, as its owner would publish it. */
function publish(
  domain: string,
  seq: number,
  nodes: readonly string[],
  links: readonly string[] = [],
): Record<string, string> {
  const names: Record<string, string> = {}
  const put = (text: string): string => {
    names[`${entryHash(text)}.${domain}`] = text
    return entryHash(text)
  }
  const build = (texts: readonly string[]): string => {
    if (texts.length <= 13) return `enrtree-branch:${texts.map(put).join()}`
    const branches: string[] = []
    for (let at = 0; at < texts.length; at += 13) branches.push(build(texts.slice(at, at + 13)))
    return build(branches)
  }
  const signed = `enrtree-root:v1 e=${put(build(nodes))} l=${put(build(links))} seq=${seq}`
  const signature = Buffer.from(signRecoverable(keccak256(new TextEncoder().encode(signed)), OWNER)).toString(
    'base64url',
  )
  names[domain] = `${signed} sig=${signature}`
  return names
}

function stand(names: Record<string, string>, links: readonly string[]) {
  const clock = new VirtualClock()
  const asked: string[] = []
  const lists = new DnsLists(links, {
    clock,
    random: seededRandom(1),
    resolveTxt: name => {
      asked.push(name)
      const text = names[name]
      return text === undefined ? Promise.reject(new Error('no such name')) : Promise.resolve(['v=spf1', text])
    },
  })
  const found: string[] = []
  const abort = new AbortController()
  const collect = async (count: number): Promise<void> => {
    for (; count > 0; count--) {
      const node = await lists.next(abort.signal)
      if (node === null) return
      found.push(node.id)
    }
  }
  return { clock, asked, lists, found, abort, collect }
}

describe('a client of node lists', () => {
  it('finds every node of a list and of those it links to, each once, three requests a second', async () => {
    const names = {
      ...publish(
        'a.example',
        1,
        Array.from({ length: 30 }, (_, index) => nodeText(index)),
        [`${OWNER_LINK}b.example`],
      ),
      ...publish('b.example', 1, [nodeText(30), nodeText(31)], [`${OWNER_LINK}a.example`]),
    }
    const { clock, asked, found, abort, collect } = stand(names, [`${OWNER_LINK}a.example`])
    const collecting = collect(32)
    await clock.run(5000)
    expect(asked.length).toBeLessThanOrEqual(16)
    await clock.run(60_000)
    await collecting
    expect(new Set(found).size).toBe(32)
    expect(new Set(asked).size).toBe(asked.length)
    abort.abort()
  })

  it('looks at the root every half hour, and takes up what is new', async () => {
    const names = publish('a.example', 1, [nodeText(1)])
    const { clock, asked, found, abort, collect } = stand(names, [`${OWNER_LINK}a.example`])
    const collecting = collect(2)
    await clock.run(10_000)
    expect(found.length).toBe(1)
    Object.assign(names, publish('a.example', 2, [nodeText(1), nodeText(2)]))
    await clock.run(31 * 60_000)
    await collecting
    expect(asked.filter(name => name === 'a.example').length).toBe(2)
    abort.abort()
  })

  it('does not go back to an old root', async () => {
    const names = publish('a.example', 5, [nodeText(1)])
    const { clock, lists, abort, collect } = stand(names, [`${OWNER_LINK}a.example`])
    const collecting = collect(9)
    await clock.run(10_000)
    Object.assign(names, publish('a.example', 4, [nodeText(2)]))
    await clock.run(31 * 60_000)
    expect(lists.view()).toMatchObject([{ domain: 'a.example', seq: 5 }])
    abort.abort()
    await clock.run(10_000)
    await collecting
  })

  it('asks less and less often where there is no list, and stops at once when told to', async () => {
    const { clock, asked, abort, collect } = stand({}, [`${OWNER_LINK}nowhere.example`])
    const collecting = collect(1)
    await clock.run(3_600_000)
    expect(asked.length).toBeGreaterThan(3)
    expect(asked.length).toBeLessThan(14)
    abort.abort()
    await clock.run(1)
    await collecting
    expect(clock.pendingTimers).toBe(0)
  })

  it('passes over what is broken', async () => {
    const names = publish('a.example', 1, [nodeText(1), nodeText(2), nodeText(3)])
    const broken = Object.keys(names).find(name => names[name] === nodeText(2)) ?? ''
    names[broken] = nodeText(3)
    const { clock, found, abort, collect } = stand(names, [`${OWNER_LINK}a.example`])
    const collecting = collect(3)
    await clock.run(60_000)
    expect(found.map(id => id.slice(0, 8)).toSorted()).toEqual(
      [1, 3].map(index => hex(keccak256(publicKeyOf(keyOf(1000 + index)))).slice(0, 8)).toSorted(),
    )
    abort.abort()
    await clock.run(10_000)
    await collecting
  })
})
