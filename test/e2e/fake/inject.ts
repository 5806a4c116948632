/** Runs in the page before anything else: puts a bridge on `window` that is made from the contract and a made-up client. */
import '../../../src-renderer/no-eval.ts'
import {
  REQUESTS,
  type EventName,
  type Payload,
  type RequestName,
  type WarrenBridge,
} from '../../../src-preload/contract.ts'
import { HANDLERS, Refused } from './handlers.ts'
import { World, type WorldState } from './world.ts'

const asked = new URLSearchParams(location.search)
const world = new World({
  state: (asked.get('state') ?? 'busy') as WorldState,
  peers: Number(asked.get('peers') ?? 125),
  seed: Number(asked.get('seed') ?? 7),
  churn: Number(asked.get('churn') ?? 0.3),
  settings: {
    'appearance.theme': asked.get('theme') ?? 'system',
    'appearance.language': asked.get('language') ?? 'en',
  },
})

/** Answers like the client's end of the border: schema first, then the handler, then the schema of the answer. */
function answer(
  name: RequestName,
  input: unknown,
): { ok: unknown } | { code: string; text: string; details?: Record<string, string> } {
  const spec = REQUESTS[name]
  const parsed = spec.input.safeParse(input)
  if (!parsed.success) {
    const details = Object.fromEntries(parsed.error.issues.map(issue => [issue.path.join('.'), issue.message]))
    return { code: 'invalid-input', text: 'The request does not fit its schema', details }
  }
  if (world.options.state === 'error' && name !== 'app.info')
    return { code: 'internal', text: 'The store does not answer' }
  try {
    const handler = HANDLERS[name] as (world: World, input: unknown) => unknown
    return { ok: spec.output.parse(handler(world, parsed.data)) }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { code: error.code, text: error.message, ...(error.details === undefined ? {} : { details: error.details }) }
  }
}

const bridge: WarrenBridge = {
  request: async (name, input) => {
    await new Promise(done => {
      setTimeout(done, 15)
    })
    return { seq: world.nextSeq(), ...answer(name, input) } as never
  },
  subscribe: <E extends EventName>(event: E, listener: (payload: Payload<E>, seq: number) => void) =>
    world.subscribe(event, listener as (payload: unknown, seq: number) => void),
  platform: { shell: 'headless', os: 'linux', canChooseFiles: false },
  watchLink: listener => {
    listener(world.link)
    return () => undefined
  },
}
Object.assign(window, { warren: bridge, fakeWorld: world })
setInterval(() => world.tick(), 100)
setInterval(() => world.second(), 1000)
