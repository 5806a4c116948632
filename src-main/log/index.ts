/** Structured log: levels per room, a ring of recent lines for the window, a rolling file for afterwards. */
export { silentLog } from './log.ts'
export type { Log, LogFields } from './log.ts'
export { createLogging } from './logging.ts'
export type { Logging, LoggingOptions } from './logging.ts'
export type { TailRequest } from './ring.ts'
