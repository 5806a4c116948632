/**
 * The bridge of a page in a browser: the contract over one WebSocket. It trades the link's token for a session, comes
 * back by itself when the way breaks, asks for fresh snapshots after a break or a gap, and acknowledges what it took.
 */
import type {
  EventName,
  Input,
  LinkState,
  Output,
  Payload,
  Refusal,
  Reply,
  RequestName,
  WarrenBridge,
} from '../../src-preload/contract.ts'

/** First pause before the way is tried again, and the longest, ms. */
const FIRST_PAUSE_MS = 300
const LONGEST_PAUSE_MS = 10_000
/** Requests that wait for an answer or for the way; more are refused at once. */
const MAX_WAITING = 200
/** Closed because the session was revoked (4401), or because Warren ended (4410). */
const REVOKED = 4401

/** What a link carries behind its `#`. */
const TOKEN = /^[\w-]{20,100}$/

type Listener = (payload: never, seq: number) => void
type Unnumbered = { ok: unknown } | Refusal

interface Frame {
  readonly id?: number
  readonly seq: number
  readonly event?: EventName
  readonly payload?: unknown
  readonly ok?: unknown
  readonly code?: string
  readonly text?: string
  readonly details?: Readonly<Record<string, string>>
}

const CLOSING: Refusal = { code: 'closing', text: 'The way to Warren is broken; it is tried again by itself' }

/** Takes the token out of the address bar, so that it is not kept in the history or copied along. */
function tokenOfLink(): string | null {
  const token = location.hash.slice(1)
  if (!TOKEN.test(token)) return null
  history.replaceState(null, '', location.pathname + location.search)
  return token
}

async function tradeToken(token: string): Promise<void> {
  try {
    await fetch('/enter', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
  } catch {
    // A wrong token and a door that does not answer show the same way: the socket does not open.
  }
}

function guessOs(): string {
  const agent = navigator.userAgent
  return agent.includes('Windows') ? 'win32' : agent.includes('Mac') ? 'darwin' : 'linux'
}

class SocketBridge {
  #socket: WebSocket | null = null
  #pauseMs = FIRST_PAUSE_MS
  #nextId = 1
  #lastSeq = 0
  /** The number that the next acknowledgement carries; sent once a task, so that a batch costs one. */
  #owedAck = 0
  #link: LinkState = 'reconnecting'
  #wasOpen = false
  readonly #onNoSession: () => void
  readonly #waiting = new Map<number, { readonly text: string; readonly done: (reply: Reply<unknown>) => void }>()
  readonly #listeners = new Map<EventName, Set<Listener>>()
  readonly #links = new Set<(link: LinkState) => void>()

  constructor(onNoSession: () => void) {
    this.#onNoSession = onNoSession
  }

  request<N extends RequestName>(name: N, input: Input<N>): Promise<Reply<Output<N>>> {
    if (this.#link === 'lost') return Promise.resolve({ seq: this.#lastSeq, ...CLOSING })
    if (this.#waiting.size >= MAX_WAITING)
      return Promise.resolve({ seq: this.#lastSeq, code: 'busy', text: 'Too many requests are waiting' })
    const id = this.#nextId++
    const text = JSON.stringify({ id, request: name, input })
    return new Promise(resolve => {
      this.#waiting.set(id, { text, done: resolve as (reply: Reply<unknown>) => void })
      this.#send(text)
    })
  }

  subscribe<E extends EventName>(event: E, listener: (payload: Payload<E>, seq: number) => void): () => void {
    let listeners = this.#listeners.get(event)
    if (listeners === undefined) {
      listeners = new Set()
      this.#listeners.set(event, listeners)
    }
    listeners.add(listener)
    // A second listener needs the snapshot too: asking again resets the event for all of them.
    this.#send(JSON.stringify({ subscribe: event }))
    return () => {
      const held = this.#listeners.get(event)
      if (held === undefined || !held.delete(listener) || held.size > 0) return
      this.#listeners.delete(event)
      this.#send(JSON.stringify({ unsubscribe: event }))
    }
  }

  watchLink(listener: (link: LinkState) => void): () => void {
    this.#links.add(listener)
    listener(this.#link)
    return () => this.#links.delete(listener)
  }

  connect(): void {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live`)
    this.#socket = socket
    socket.addEventListener('open', () => {
      this.#wasOpen = true
      this.#pauseMs = FIRST_PAUSE_MS
      this.#lastSeq = 0
      this.#owedAck = 0
      for (const event of this.#listeners.keys()) this.#send(JSON.stringify({ subscribe: event }))
      for (const { text } of this.#waiting.values()) this.#send(text)
      this.#show('live')
    })
    socket.addEventListener('message', message => {
      if (typeof message.data === 'string') this.#take(JSON.parse(message.data) as Frame)
    })
    socket.addEventListener('close', closed => {
      this.#socket = null
      void this.#comeBack(closed.code)
    })
  }

  async #comeBack(code: number): Promise<void> {
    if (this.#wasOpen) this.#refuseWaiting()
    if (code === REVOKED || (await this.#isTurnedAway())) {
      this.#refuseWaiting()
      this.#show('lost')
      if (!this.#wasOpen) this.#onNoSession()
      return
    }
    this.#show('reconnecting')
    setTimeout(() => this.connect(), this.#pauseMs)
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }

  /** A browser does not say why a socket did not open; the door does, when it is asked whether we have a session. */
  async #isTurnedAway(): Promise<boolean> {
    try {
      return (await fetch('/session', { method: 'POST' })).status === 401
    } catch {
      return false
    }
  }

  /** What was asked may or may not have been done: asking again could do it twice. */
  #refuseWaiting(): void {
    for (const { done } of this.#waiting.values()) done({ seq: this.#lastSeq, ...CLOSING })
    this.#waiting.clear()
  }

  #take(frame: Frame): void {
    const isGap = frame.seq !== this.#lastSeq + 1
    this.#lastSeq = frame.seq
    if (frame.event !== undefined) {
      for (const listener of this.#listeners.get(frame.event) ?? []) listener(frame.payload as never, frame.seq)
      this.#oweAck(frame.seq)
    } else if (frame.id !== undefined) {
      const { id, ...reply } = frame
      this.#waiting.get(id)?.done(reply as { seq: number } & Unnumbered)
      this.#waiting.delete(id)
    }
    if (isGap) for (const event of this.#listeners.keys()) this.#send(JSON.stringify({ subscribe: event }))
  }

  #oweAck(seq: number): void {
    if (this.#owedAck === 0)
      setTimeout(() => {
        if (this.#owedAck !== 0) this.#send(JSON.stringify({ ack: this.#owedAck }))
        this.#owedAck = 0
      })
    this.#owedAck = seq
  }

  #send(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text)
  }

  #show(link: LinkState): void {
    if (link === this.#link) return
    this.#link = link
    for (const listener of this.#links) listener(link)
  }
}

/**
 * Opens the way to the headless shell. `onNoSession` is called when this browser holds no session and the link brought
 * none: say how to get a new link.
 */
export function openSocketBridge(onNoSession: () => void): WarrenBridge {
  const bridge = new SocketBridge(onNoSession)
  // A new link pasted over a page that is open changes only the fragment.
  window.addEventListener('hashchange', () => {
    if (TOKEN.test(location.hash.slice(1))) location.reload()
  })
  const token = tokenOfLink()
  void (token === null ? Promise.resolve() : tradeToken(token)).then(() => bridge.connect())
  return {
    request: (name, input) => bridge.request(name, input),
    subscribe: (event, listener) => bridge.subscribe(event, listener),
    platform: { shell: 'headless', os: guessOs(), canChooseFiles: false },
    watchLink: listener => bridge.watchLink(listener),
  }
}
