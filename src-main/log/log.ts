/** What a room sees of the log: leveled, structured lines under the room's own name. */

/** From most to least talkative. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Values that a line may carry beside its sentence. Secrets never go in; long text is cut at 500 characters. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A log for a part of this room, or for another room: its lines carry that name. */
  child(room: string): Log
}

/** Swallows everything: for tests and for code run outside a client. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
}
