/** Who plays in the playground: 24 peers, what each does, and where it stands on loopback. */

export type RoleKind = 'quick' | 'slow' | 'chatty' | 'flooding' | 'malformed' | 'silent' | 'lying' | 'changing'

export interface Role {
  readonly kind: RoleKind
  /** What it does, for people. */
  readonly text: string
  /** Does it wait to be dialed, or dial us? */
  readonly side: 'listens' | 'dials'
  readonly agent: string
  /** Its loopback address. Each has a /16 of its own, so that diversity and caps by prefix treat it as a stranger. */
  readonly host: string
  readonly height: number
}

interface Part {
  readonly kind: RoleKind
  readonly count: number
  readonly listening: number
  readonly text: string
  readonly agents: readonly string[]
}

/** 24 in all, 8 of them listening: as many as Warren dials by default. */
const PARTS: readonly Part[] = [
  {
    kind: 'quick',
    count: 7,
    listening: 4,
    text: 'answers at once and keeps quiet',
    agents: ['/Satoshi:29.0.0/', '/Satoshi:30.1.0/', '/btcd:0.26.1/', '/Satoshi:28.1.0/'],
  },
  {
    kind: 'slow',
    count: 4,
    listening: 2,
    text: 'answers every ping after 0.4 to 2 seconds',
    agents: ['/bcoin:2.2.0/', '/Satoshi:25.0.0/'],
  },
  {
    kind: 'chatty',
    count: 4,
    listening: 2,
    text: 'announces blocks, transactions and addresses all the time, within the rules',
    agents: ['/Satoshi:29.1.0/', '/Knots:20260210/'],
  },
  {
    kind: 'flooding',
    count: 2,
    listening: 0,
    text: 'asks for the memory pool over and over until it is banned',
    agents: ['/spam:6.6.6/'],
  },
  {
    kind: 'malformed',
    count: 2,
    listening: 0,
    text: 'sends a message that cannot be read every few seconds',
    agents: ['/broken:0.0.1/'],
  },
  {
    kind: 'silent',
    count: 1,
    listening: 0,
    text: 'shakes hands and then never says a word',
    agents: ['/quiet:1.0.0/'],
  },
  {
    kind: 'lying',
    count: 2,
    listening: 0,
    text: 'gives addresses that nobody can reach, with time stamps from the future',
    agents: ['/Satoshi:99.0.0/'],
  },
  {
    kind: 'changing',
    count: 2,
    listening: 0,
    text: 'comes back every 20 seconds under another name',
    agents: ['/one:1.0/', '/two:2.0/', '/three:3.0/', '/four:4.0/'],
  },
]

/** The 24 roles in order. */
export const CAST: readonly Role[] = PARTS.flatMap(part =>
  Array.from({ length: part.count }, (_, index) => ({ part, index })),
).map(({ part, index }, place) => ({
  kind: part.kind,
  text: part.text,
  side: index < part.listening ? 'listens' : 'dials',
  agent: part.agents[index % part.agents.length] ?? '/playground:1.0/',
  host: `127.${1 + place}.0.2`,
  height: 900_000 + place * 7,
}))

/** Names that a changing peer takes in turn. */
export const CHANGING_NAMES: readonly string[] = PARTS.find(part => part.kind === 'changing')?.agents ?? []
