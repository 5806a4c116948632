/** Reads a bounded JSON body, and writes JSON answers. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export type Body = { readonly ok: unknown; readonly bytes: number } | { readonly status: number; readonly text: string }

/** Never holds more than `maxBytes`; what is announced as larger is refused before it is read. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) return { status: 415, text: 'Send JSON' }
  const tooLarge = { status: 413, text: `At most ${String(maxBytes)} bytes` }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes > maxBytes) return tooLarge
      parts.push(part)
    }
    return { ok: JSON.parse(Buffer.concat(parts).toString('utf8')), bytes }
  } catch {
    return { status: 400, text: 'The body is not JSON' }
  }
}

/** Answers with JSON. After an error the connection is closed: an unread body may stand in it. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(status >= 400 ? { connection: 'close' } : {}),
  })
  response.end(text)
}
