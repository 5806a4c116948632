/**
 * Programs on this machine: runs one for its version, starts Tor and listens to it. The thin part that touches the
 * system; tests bring their own.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { access, constants, stat } from 'node:fs/promises'
import type { Clock } from '../time/index.ts'
import { MAX_PROGRAM_LINE, MAX_VERSION_OUTPUT_BYTES, VERSION_TIMEOUT_MS } from './limits.ts'

/** How a program ended: its exit code or the signal; `error` when it could not be started at all. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  readonly error: string | null
}

export interface Child {
  readonly pid: number | null
  readonly ended: Promise<Ending>
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

export interface Programs {
  /** True for a file that we may run. */
  isExecutable(path: string): Promise<boolean>
  /** What a program prints, at most 64 KiB; null when it fails or takes more than ten seconds. */
  output(path: string, args: readonly string[], env: Env): Promise<string | null>
  /** Starts a program that ends with us or before; `onLine` hears what it prints, in lines of at most 4 KiB. */
  start(path: string, args: readonly string[], env: Env, onLine: (line: string) => void): Child
}

export type Env = Readonly<Record<string, string | undefined>>

export function systemPrograms(clock: Clock): Programs {
  return {
    async isExecutable(path) {
      try {
        await access(path, constants.X_OK)
        return (await stat(path)).isFile()
      } catch {
        return false
      }
    },
    async output(path, args, env) {
      const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true })
      const timer = clock.after(VERSION_TIMEOUT_MS, () => child.kill('SIGKILL'))
      let text = ''
      child.stdout.setEncoding('utf8')
      child.stdout.on('data', (chunk: string) => {
        text += chunk
        if (text.length > MAX_VERSION_OUTPUT_BYTES) child.kill('SIGKILL')
      })
      const { code } = await endingOf(child)
      timer.cancel()
      return code === 0 ? text : null
    },
    start(path, args, env, onLine) {
      const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
      for (const pipe of [child.stdout, child.stderr]) readLines(pipe, onLine)
      return {
        pid: child.pid ?? null,
        ended: endingOf(child),
        kill: signal => void child.kill(signal),
      }
    },
  }
}

function endingOf(child: ChildProcess): Promise<Ending> {
  return new Promise(resolve => {
    child.once('error', error => resolve({ code: null, signal: null, error: error.message }))
    // `close`, not `exit`: the last lines have been read by then.
    child.once('close', (code, signal) => resolve({ code, signal, error: null }))
  })
}

function readLines(pipe: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let held = ''
  pipe.setEncoding('utf8')
  pipe.on('data', (chunk: string) => {
    const lines = (held + chunk).split('\n')
    held = (lines.pop() ?? '').slice(0, MAX_PROGRAM_LINE)
    for (const line of lines) onLine(line.slice(0, MAX_PROGRAM_LINE))
  })
}
