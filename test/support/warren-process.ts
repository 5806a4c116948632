/** Warren's headless shell and `ctl` as programs of their own, as a person or a script runs them. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface WarrenProcess {
  readonly child: ChildProcess
  /** The first line that it prints, or null when it ends without one. */
  readonly line: Promise<string | null>
  /** The address in that line. @throws with what it said instead */
  readonly link: () => Promise<URL>
  readonly ended: Promise<Ended>
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended>
}

const onRegtest = (dataDir: string): string[] => ['--data-dir', dataDir, '--network', 'bitcoin/regtest']

/** Makes processes that do not outlive their test, and folders that go with it. Call it at the top of a file. */
export function warrenBench(): {
  folder(): string
  start(dataDir: string, ...args: string[]): WarrenProcess
  /** The same where no file may grow beyond so many blocks of 512 bytes, as on a disk that is full. Needs a POSIX shell. */
  startCramped(blocks: number, dataDir: string, ...args: string[]): WarrenProcess
  ctl(dataDir: string, ...args: string[]): Promise<Ended>
} {
  const children: ChildProcess[] = []
  const folders: string[] = []
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const gone = new Promise(done => child.once('close', done))
      child.kill('SIGKILL')
      await gone
    }
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })
  const run = (script: string, args: readonly string[], blocks: number | null = null): WarrenProcess => {
    const command = [process.execPath, join(ROOT, script), ...args]
    const limited = ['sh', '-c', `ulimit -f ${String(blocks)} && exec "$0" "$@"`, ...command]
    const [program = '', ...words] = blocks === null ? command : limited
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    let out = ''
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part))
    const line = new Promise<string | null>(done => {
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        out += part
        if (out.includes('\n')) done(out.slice(0, out.indexOf('\n')))
      })
      child.on('close', () => done(null))
    })
    const ended = new Promise<Ended>(done => {
      child.on('close', code => done({ code, out, err }))
    })
    return {
      child,
      line,
      link: async () => {
        const found = /^Warren is at (\S+)$/.exec((await line) ?? '')?.[1]
        if (found === undefined) throw new Error(`Warren did not start: ${out}${err}`)
        return new URL(found)
      },
      ended,
      end: signal => {
        child.kill(signal)
        return ended
      },
    }
  }
  return {
    folder: () => {
      const folder = mkdtempSync(join(tmpdir(), 'warren-process-'))
      folders.push(folder)
      return folder
    },
    start: (dataDir, ...args) => run('src-main/headless.ts', [...onRegtest(dataDir), ...args]),
    startCramped: (blocks, dataDir, ...args) => run('src-main/headless.ts', [...onRegtest(dataDir), ...args], blocks),
    ctl: (dataDir, ...args) => run('src-main/ctl.ts', [...args, '--data-dir', dataDir]).ended,
  }
}
