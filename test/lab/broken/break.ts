/**
 * Breaks Warren on purpose before it is loaded, to see whether that is noticed. WARREN_BREAK=policy: every decision is
 * "direct". WARREN_BREAK=all: the witness, who looks a second time, is blind as well.
 */
import { registerHooks } from 'node:module'

const mode = process.env['WARREN_BREAK'] ?? ''

/** Functions by file: their new bodies. The old ones stay under another name. */
const BROKEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/src-main/transport/policy.ts': {
    decideRoute: "return { kind: 'direct' }",
    decideLookup: "return { kind: 'system' }",
    decideSeeds: "return { kind: 'system' }",
    decideUdp: 'return null',
    decideListen: 'return null',
  },
  '/src-main/transport/witness.ts':
    mode === 'all'
      ? {
          createWitness: `const same = resolver => resolver
            return {
              socket() {}, bound() {}, connection: () => null, systemResolver: same, proxyResolver: same,
              whyNotProbe: () => null, whileProbing: (_target, work) => work(),
            }`,
        }
      : {},
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const [, bodies] = Object.entries(BROKEN).find(([file]) => url.endsWith(file)) ?? []
    if (mode === '' || bodies === undefined || loaded.source === undefined || loaded.source === null) return loaded
    let source = typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString()
    for (const [name, body] of Object.entries(bodies)) {
      const head = `export function ${name}(`
      if (!source.includes(head)) throw new Error(`${url} has no function ${name} to break`)
      source = source.replace(head, `function sound_${name}(`)
      source += `\nexport function ${name}() { ${body} }\n`
    }
    return { ...loaded, source }
  },
})
