/** The log: pulled by cursor from a ring of the last lines, so that nothing is dropped without a trace. */
import { z } from 'zod'
import { event, request, time } from './define.ts'

export const logLevel = z.enum(['debug', 'info', 'warn', 'error'])

export const logLine = z.strictObject({
  /** Increases by one a line, never reused while the process lives. */
  cursor: z.number().int(),
  at: time,
  level: logLevel,
  room: z.string(),
  text: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export type LogLine = z.infer<typeof logLine>

export const logs = {
  'logs.tail': request({
    summary: 'Lines after a cursor (or the newest when absent), filtered by level, room and text.',
    input: z.strictObject({
      after: z.number().int().min(-1).optional(),
      limit: z.number().int().min(1).max(2000).default(200),
      level: logLevel.default('debug'),
      rooms: z.array(z.string().max(60)).max(50).default([]),
      text: z.string().max(200).default(''),
    }),
    output: z.strictObject({
      lines: z.array(logLine),
      /** Pass this as `after` next time. */
      cursor: z.number().int(),
      /** Lines that had left the ring before this call could read them. */
      missed: z.number().int(),
      rooms: z.array(z.string()),
    }),
  }),
  'logs.export': request({
    summary: 'The rolling files and the ring as text, at most 8 MiB, newest kept.',
    output: z.strictObject({ text: z.string() }),
  }),
}

export const logEvents = {
  logs: event('log', 'The cursor of the newest line.', z.strictObject({ cursor: z.number().int() })),
}
