/** A client made up for the border's tests: tables and gauges that the test sets, and the requests it was asked. */
import type { EventName } from '../../src-preload/contract.ts'
import { RequestError, type ClientPort, type TableEvent, type TableRecord } from '../../src-preload/contract/port.ts'
import type { Log } from '../../src-main/log/index.ts'

export class FakeClient {
  readonly tables: Record<TableEvent, Map<string, TableRecord>> = {
    peers: new Map(),
    pins: new Map(),
    attempts: new Map(),
    bans: new Map(),
  }
  readonly gauges = new Map<string, unknown>()
  readonly asked: { name: string; input: unknown }[] = []
  readonly answers = new Map<string, (input: unknown) => unknown>()
  readonly #listeners = new Set<(event: EventName, ids?: readonly string[]) => void>()

  readonly port: ClientPort = {
    handle: ((name: string, input: unknown): unknown => {
      this.asked.push({ name, input })
      const answer = this.answers.get(name)
      if (answer === undefined) throw new RequestError('not-found', `The test has no answer to ${name}`)
      return answer(input)
    }) as ClientPort['handle'],
    gauge: ((event: string) => this.gauges.get(event) ?? null) as ClientPort['gauge'],
    records: event => [...this.tables[event].values()],
    record: (event, id) => this.tables[event].get(id),
    onChange: listener => {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    },
    close: async () => {},
  }

  get listeners(): number {
    return this.#listeners.size
  }

  /** Puts a record and tells of it. */
  put(event: TableEvent, record: TableRecord): void {
    this.tables[event].set(record.id, record)
    this.tell(event, [record.id])
  }

  remove(event: TableEvent, id: string): void {
    this.tables[event].delete(id)
    this.tell(event, [id])
  }

  set(event: EventName, value: unknown): void {
    this.gauges.set(event, value)
    this.tell(event)
  }

  tell(event: EventName, ids?: readonly string[]): void {
    for (const listener of this.#listeners) listener(event, ids)
  }
}

/** A log that keeps its lines as `level message`. */
export function keepingLog(lines: string[]): Log {
  const log: Log = {
    debug: message => lines.push(`debug ${message}`),
    info: message => lines.push(`info ${message}`),
    warn: message => lines.push(`warn ${message}`),
    error: message => lines.push(`error ${message}`),
    child: () => log,
  }
  return log
}
