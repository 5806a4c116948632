/**
 * `ctl`: sends any request of the contract to the Warren that runs on a data directory and prints the answer as JSON;
 * `ctl watch` prints events as JSON lines, `ctl link` a fresh link. Exit codes: 0 answered, 1 refused, 2 used wrongly,
 * 3 no Warren answers there.
 */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { z } from 'zod'
import {
  EVENT_NAMES,
  EVENTS,
  REQUEST_NAMES,
  REQUESTS,
  type EventName,
  type RequestName,
} from '../src-preload/contract.ts'
import { readPlace, readSecret, type DoorPlace } from './border/key-files.ts'
import { defaultDataDir } from './border/options.ts'

const EXIT = { answered: 0, refused: 1, misused: 2, absent: 3 } as const
/** A request that is not answered by then is given up, ms. Source: chosen; checks of a large import take seconds. */
const ANSWER_WITHIN_MS = 60_000

interface Way {
  readonly place: DoorPlace
  readonly secret: string
}

/** An end of `ctl` with its exit code and, for people, a sentence on stderr. */
class End extends Error {
  readonly exitCode: number
  constructor(exitCode: number, text: string) {
    super(text)
    this.exitCode = exitCode
  }
}

const USAGE = `ctl REQUEST [JSON]     send a request, for example: ctl bans.add '{"target":"203.0.113.0/24","durationMs":3600000}'
ctl help [REQUEST]     list requests and events, or show the whole schemas of one
ctl watch [EVENT...]   print events as JSON lines (all when none is named)
ctl link               print a fresh link to the window; it works once
  --data-dir DIR       the data directory of the Warren to ask

Ends with 0 when it was answered, 1 when Warren refused, 2 when ctl was used wrongly, 3 when no Warren answers there.`

const printed = (value: unknown): string => JSON.stringify(value, null, 2)

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Longer shapes are cut in the list of all requests. */
const MAX_SHAPE_LENGTH = 100

type Schema = z.core.JSONSchema.JSONSchema

function schemaOf(type: z.ZodType, io: 'input' | 'output'): Schema {
  return z.toJSONSchema(type, { io, unrepresentable: 'any', reused: 'inline' })
}

/** A schema in one line, for people: `{network, address, keep: boolean, note?}`; what is text goes without saying. */
function shapeOf(schema: Schema | boolean): string {
  if (typeof schema === 'boolean') return 'anything'
  const { properties, required = [], additionalProperties, items, anyOf, type } = schema
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(each => JSON.stringify(each)).join(' | ')
  if (anyOf !== undefined) return anyOf.map(each => shapeOf(each)).join(' | ')
  if (items !== undefined && !Array.isArray(items)) return `[${shapeOf(items)}, ...]`
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(([name, field]) => {
      const shape = shapeOf(field)
      return `${name}${required.includes(name) ? '' : '?'}${shape === 'text' ? '' : `: ${shape}`}`
    })
    return `{${fields.join(', ')}}`
  }
  if (additionalProperties !== undefined) return `{name: ${shapeOf(additionalProperties)}, ...}`
  if (type === undefined) return 'anything'
  return [type].flat().join(' | ').replace('string', 'text')
}

function helpPage(name: string | undefined): string {
  if (name === undefined) {
    const width = Math.max(...REQUEST_NAMES.map(each => each.length), ...EVENT_NAMES.map(each => each.length))
    return [
      USAGE,
      '',
      'Requests, and what each takes (? may be left out):',
      ...REQUEST_NAMES.flatMap(each => {
        const shape = shapeOf(schemaOf(REQUESTS[each].input, 'input'))
        const shown =
          shape.length > MAX_SHAPE_LENGTH ? `${shape.slice(0, MAX_SHAPE_LENGTH)}... (ctl help ${each})` : shape
        const line = `  ${each.padEnd(width)}  ${REQUESTS[each].summary}`
        return shape === '{}' ? [line] : [line, `  ${' '.repeat(width)}  ${shown}`]
      }),
      '',
      'Events:',
      ...EVENT_NAMES.map(each => `  ${each.padEnd(width)}  ${EVENTS[each].summary}`),
    ].join('\n')
  }
  if (Object.hasOwn(REQUESTS, name)) {
    const { summary, input, output, errors, maxBytes } = REQUESTS[name as RequestName]
    return printed({ summary, errors, maxBytes, input: schemaOf(input, 'input'), output: schemaOf(output, 'output') })
  }
  if (Object.hasOwn(EVENTS, name)) {
    const { summary, delivery, payload } = EVENTS[name as EventName]
    return printed({ summary, delivery, payload: schemaOf(payload, 'output') })
  }
  throw new End(EXIT.misused, `There is no request or event "${name}"; ctl help lists them`)
}

function wayTo(dataDir: string): Way {
  const place = readPlace(dataDir)
  const secret = readSecret(dataDir)
  if (place === null || secret === null)
    throw new End(EXIT.absent, `No Warren runs on ${dataDir}; start one, or name another with --data-dir`)
  return { place, secret }
}

function parsedOrNull(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

/** Posts to the door. @throws End when nobody answers. */
function post(way: Way, path: string, body: unknown): Promise<object> {
  const { place, secret } = way
  const target = new URL(path, place.url)
  const absent = (why: string): End =>
    new End(EXIT.absent, `The Warren of process ${String(place.pid)} does not answer at ${place.url}: ${why}`)
  return new Promise((done, fail) => {
    const asked = (target.protocol === 'https:' ? httpsRequest : httpRequest)(
      target,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        timeout: ANSWER_WITHIN_MS,
        // The secret goes to our own door only, on this machine; its certificate may be of the user's own making.
        rejectUnauthorized: false,
        ...(place.socket === null ? {} : { socketPath: place.socket }),
      },
      answer => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => (text += part))
        answer.on('error', error => fail(absent(error.message)))
        answer.on('end', () => {
          const body = parsedOrNull(text)
          if (body === null) fail(absent('the answer is not JSON'))
          else done(body)
        })
      },
    )
    asked.on('timeout', () => asked.destroy(new Error('no answer in a minute')))
    asked.on('error', error => fail(absent(error.message)))
    asked.end(JSON.stringify(body))
  })
}

async function ask(way: Way, path: string, body: unknown): Promise<unknown> {
  const answer = await post(way, path, body)
  if ('ok' in answer) return answer.ok
  process.stderr.write(`${printed(answer)}\n`)
  throw new End(EXIT.refused, '')
}

function parseInput(text: string | undefined): unknown {
  if (text === undefined) return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new End(EXIT.misused, `"${text.slice(0, 80)}" is not JSON; quote it for your shell, for example '{"id":"x"}'`)
  }
}

/** Prints events until Warren ends or `ctl` is stopped. */
function watch(way: Way, names: readonly string[]): Promise<void> {
  const unknown = names.find(name => !Object.hasOwn(EVENTS, name))
  if (unknown !== undefined) throw new End(EXIT.misused, `There is no event "${unknown}"; ctl help lists them`)
  const { place, secret } = way
  const url = place.socket === null ? `${place.url.replace(/^http/, 'ws')}/live` : `ws+unix://${place.socket}:/live`
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${secret}`, host: new URL(place.url).host },
    rejectUnauthorized: false,
  })
  return new Promise((done, fail) => {
    socket.on('open', () => {
      for (const event of names.length === 0 ? EVENT_NAMES : names) socket.send(JSON.stringify({ subscribe: event }))
    })
    socket.on('message', raw => {
      const text = (raw as Buffer).toString('utf8')
      const { seq } = JSON.parse(text) as { seq: number }
      // Acknowledged when written, so that a slow reader of our output slows the stream and not our memory.
      process.stdout.write(`${text}\n`, () => {
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ack: seq }))
      })
    })
    socket.on('error', error => fail(new End(EXIT.absent, `No Warren answers at ${place.url}: ${error.message}`)))
    socket.on('close', () => done())
    process.on('SIGINT', () => socket.close())
    process.on('SIGTERM', () => socket.close())
    process.stdout.on('error', () => socket.terminate())
  })
}

async function run(argv: readonly string[]): Promise<void> {
  let parsed
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { 'data-dir': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    throw new End(EXIT.misused, `${(error as Error).message}\n\n${USAGE}`)
  }
  const [command, ...rest] = parsed.positionals
  const dataDir = resolve(parsed.values['data-dir'] ?? defaultDataDir(process.env, process.platform))
  if (command === undefined && parsed.values.help !== true) throw new End(EXIT.misused, USAGE)
  if (command === undefined || command === 'help' || parsed.values.help === true) {
    print(helpPage(command === 'help' ? rest[0] : command))
  } else if (command === 'watch') await watch(wayTo(dataDir), rest)
  else if (command === 'link') print(String(await ask(wayTo(dataDir), '/link', {})))
  else {
    if (!Object.hasOwn(REQUESTS, command))
      throw new End(EXIT.misused, `There is no request "${command}"; ctl help lists them`)
    if (rest.length > 1) throw new End(EXIT.misused, `${command} takes one JSON text; quote it for your shell`)
    const input = parseInput(rest[0])
    print(printed(await ask(wayTo(dataDir), '/request', { request: command, input })))
  }
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = error instanceof End ? error.exitCode : EXIT.misused
  const text = error instanceof End ? error.message : error instanceof Error ? (error.stack ?? error.message) : ''
  if (text !== '') process.stderr.write(`${text}\n`)
})
