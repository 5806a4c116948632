/** A made-up machine for unit tests: programs by path; a `tor` that is started writes its port and cookie as Tor does. */
import { readFileSync, writeFileSync } from 'node:fs'
import { readQuoted } from '../../src-main/tor/reply.ts'
import type { Ending, Env, Programs } from '../../src-main/tor/programs.ts'
import type { VirtualClock } from '../../src-main/time/index.ts'
import type { FakeTor } from './fake-tor.ts'

export interface FakeRun {
  readonly path: string
  readonly args: readonly string[]
  readonly env: Env
  readonly torrc: string
  readonly signals: string[]
  readonly isOver: boolean
  /** What Tor prints. */
  print(line: string): void
  end(ending?: Partial<Ending>): void
}

export class FakeMachine implements Programs {
  readonly runs: FakeRun[] = []
  readonly files = new Map<string, string>([['/usr/bin/tor', 'Tor version 0.4.9.11.\n']])
  readonly #tor: FakeTor
  readonly #cookie: Uint8Array
  /** Whether a started Tor opens its control port. */
  opens = true
  /** Whether it ends when it is asked or told to; it always ends when killed. */
  obeys = true

  constructor(tor: FakeTor, cookie: Uint8Array) {
    this.#tor = tor
    this.#cookie = cookie
    const own = tor.options.answer
    tor.options.answer = command => {
      if (command === 'SIGNAL SHUTDOWN' && this.obeys) queueMicrotask(() => this.run.end())
      return own?.(command)
    }
  }

  /** The newest run. */
  get run(): FakeRun {
    const run = this.runs.at(-1)
    if (run === undefined) throw new Error('Nothing was started.')
    return run
  }

  isExecutable(path: string): Promise<boolean> {
    return Promise.resolve(this.files.has(path))
  }

  output(path: string): Promise<string | null> {
    return Promise.resolve(this.files.get(path) ?? null)
  }

  start(
    path: string,
    args: readonly string[],
    env: Env,
    onLine: (line: string) => void,
  ): ReturnType<Programs['start']> {
    const torrc = readFileSync(args[args.indexOf('-f') + 1] ?? '', 'utf8')
    const { promise: ended, resolve } = Promise.withResolvers<Ending>()
    const state = { isOver: false }
    const signals: string[] = []
    const run: FakeRun = {
      path,
      args,
      env,
      torrc,
      signals,
      get isOver() {
        return state.isOver
      },
      print: onLine,
      end: ending => {
        if (state.isOver) return
        state.isOver = true
        resolve({ code: 0, signal: null, error: null, ...ending })
        for (const session of this.#tor.sessions) if (session.isOpen) session.hangUp()
      },
    }
    this.runs.push(run)
    if (this.opens) {
      writeFileSync(pathIn(torrc, 'CookieAuthFile'), this.#cookie)
      writeFileSync(pathIn(torrc, 'ControlPortWriteToFile'), 'PORT=127.0.0.1:9051\n')
    }
    return {
      pid: 1000 + this.runs.length,
      ended,
      kill: signal => {
        signals.push(signal)
        if (signal === 'SIGKILL' || this.obeys) run.end({ code: null, signal })
      },
    }
  }
}

function pathIn(torrc: string, option: string): string {
  const line = torrc.split('\n').find(text => text.startsWith(`${option} `)) ?? ''
  return readQuoted(line, option.length + 1).value
}

/** Lets virtual time pass, 50 ms a turn, until it is true. */
export async function turnUntil(clock: VirtualClock, isTrue: () => boolean, stepMs = 50): Promise<void> {
  for (let turn = 0; turn < 8000; turn++) {
    if (isTrue()) return
    await new Promise(resolve => setImmediate(resolve))
    // What is under way is finished before time moves.
    if (turn % 4 === 3) await clock.run(stepMs)
  }
  throw new Error('It did not come true.')
}
