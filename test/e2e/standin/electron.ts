/**
 * A stand-in for the `electron` module: what Warren's shell uses of it, over Debian's Chromium. It is not Electron: no
 * sandbox, fuses, native menus or trays, no BoringSSL (guard.ts), permissions only as calls. `report.ts` says what shows.
 */
import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { createServer, connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Browser, type CDPSession, type Page, type Route } from 'playwright-core'
import { CHROMIUM, FLAGS, freePort } from '../chromium.ts'
import { MAIN_WORLD, isolatedWorld } from './bridge.ts'
import { COMMANDS, report, type Command } from './report.ts'

type Handler = (request: Request) => Response | Promise<Response>
interface MenuItem {
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly submenu?: readonly MenuItem[]
  readonly click?: () => void
}

const BINDING = '__toMain'
const WORLD = 'preload'
/** Chromium cannot navigate to schemes it does not know: `app://warren/x` travels as this. */
const asHttps = (url: string): string => url.replace(/^(\w+):\/\/([^/]+)/, 'https://$1.$2.standin.test')
const asApp = (url: string): string => url.replace(/^https:\/\/(\w+)\.([^/]+)\.standin\.test/, '$1://$2')

/** An Electron event object. */
class Preventable {
  isPrevented = false
  readonly preventDefault = (): void => {
    this.isPrevented = true
  }
}

const schemes = new Map<string, Handler>()
let beforeRequest: ((details: { url: string }, decide: (answer: { cancel: boolean }) => void) => void) | null = null
let browser: Browser | null = null

class App extends EventEmitter {
  readonly isPackaged = false
  #isReady = false
  #lock: Server | null = null
  readonly #ready: Promise<void>
  #becomeReady: () => void = () => {}
  #userData = join(tmpdir(), 'warren-standin')

  constructor() {
    super()
    this.#ready = new Promise(resolve => (this.#becomeReady = resolve))
  }

  becomeReady(): void {
    this.#isReady = true
    this.emit('ready')
    this.#becomeReady()
  }
  enableSandbox(): void {
    if (this.#isReady) throw new Error('enableSandbox() must be called before the app is ready')
  }
  setPath(_name: string, path: string): void {
    this.#userData = path
  }
  getPath(): string {
    return this.#userData
  }
  getVersion(): string {
    return '0.0.0-standin'
  }
  whenReady(): Promise<void> {
    return this.#ready
  }
  /** One process for each user data folder, as in Electron. Decided at once: the second finds the first's socket. */
  requestSingleInstanceLock(): boolean {
    const path = join(
      tmpdir(),
      `standin-${createHash('sha256').update(this.#userData).digest('hex').slice(0, 16)}.sock`,
    )
    const holder = readHolder(path)
    if (holder !== null) {
      connect(path).on('error', () => {})
      return false
    }
    rmSync(path, { force: true })
    const server = createServer(socket => {
      socket.on('error', () => {})
      socket.end()
      this.emit('second-instance', {}, [], '')
    })
    server.listen(path)
    server.unref()
    this.#lock = server
    return true
  }
  quit(): void {
    const event = new Preventable()
    this.emit('before-quit', event)
    if (!event.isPrevented) this.exit(0)
  }
  exit(code: number): void {
    this.#lock?.close()
    const opened = browser
    browser = null
    void (opened?.close() ?? Promise.resolve()).finally(() => {
      process.exitCode = code
      commands.close()
      process.stdin.destroy()
    })
  }
}

/** Is there a process that holds the lock? Its socket's file names one that listens. */
function readHolder(path: string): true | null {
  return readFileSync('/proc/net/unix', 'utf8').includes(path) ? true : null
}

export const app = new App()
export const becomeReady = (): void => app.becomeReady()

export const protocol = {
  registerSchemesAsPrivileged: (): void => {},
  handle: (scheme: string, handler: Handler): void => void schemes.set(scheme, handler),
}

export const session = {
  defaultSession: {
    /** Asked at once what a page would be told that wants to know where it is. */
    setPermissionRequestHandler: (
      handler: (contents: null, permission: string, decide: (isGranted: boolean) => void) => void,
    ): void => handler(null, 'geolocation', isGranted => report({ kind: 'permission', asked: 'request', isGranted })),
    setPermissionCheckHandler: (handler: (contents: null, permission: string) => boolean): void =>
      report({ kind: 'permission', asked: 'check', isGranted: handler(null, 'geolocation') }),
    setSpellCheckerEnabled: (): void => {},
    setProxy: (config: { proxyRules: string }): Promise<void> => {
      report({ kind: 'proxy', rules: config.proxyRules })
      return Promise.resolve()
    },
    webRequest: {
      onBeforeRequest: (listener: NonNullable<typeof beforeRequest>): void => {
        beforeRequest = listener
      },
    },
  },
}

class WebContents extends EventEmitter {
  readonly id: number
  #session: CDPSession | null = null
  #world: number | null = null
  #windowOpen: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })
  #isLoaded = false

  constructor(id: number) {
    super()
    this.id = id
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#windowOpen = handler
  }
  setWebRTCIPHandlingPolicy(): void {}

  send(channel: string, payload: unknown): void {
    this.#toPage({ channel, payload })
  }

  #toPage(message: object): void {
    const world = this.#world
    if (this.#session === null || world === null) return
    const expression = `__fromMain(${JSON.stringify(JSON.stringify(message))})`
    this.#session.send('Runtime.evaluate', { expression, contextId: world }).catch(() => {})
  }

  /** Runs the preload in a world of its own before anything of the page. */
  async open(page: Page, preload: string): Promise<void> {
    const cdp = await page.context().newCDPSession(page)
    this.#session = cdp
    cdp.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === WORLD) this.#world = context.id
    })
    cdp.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === BINDING) void this.#fromPage(JSON.parse(payload) as PageMessage, page)
    })
    await cdp.send('Runtime.enable')
    await cdp.send('Page.enable')
    await cdp.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD })
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: MAIN_WORLD })
    const source = isolatedWorld(readFileSync(preload, 'utf8'), BINDING)
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: WORLD })
    await page.route('**/*', route => this.#answer(route))
    page.on('popup', popup => void popup.close().catch(() => {}))
    page.context().on('page', other => {
      if (other === page) return
      if (this.#windowOpen({ url: asApp(other.url()) }).action === 'deny') {
        report({ kind: 'denied', what: 'popup', url: asApp(other.url()) })
        void other.close().catch(() => {})
      }
    })
  }

  async #fromPage({ channel, args, id }: PageMessage, page: Page): Promise<void> {
    const event = { sender: this, senderFrame: { url: asApp(page.url()), parent: null } }
    if (id === undefined) {
      ipcMain.emit(channel, event, ...args)
      return
    }
    const handler = handlers.get(channel)
    try {
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
      this.#toPage({ id, value: await handler(event, ...args) })
    } catch (error) {
      this.#toPage({ id, error: `Error invoking remote method '${channel}': ${String(error)}` })
    }
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request()
    const url = asApp(request.url())
    if (request.isNavigationRequest() && this.#isLoaded) {
      const event = new Preventable()
      this.emit('will-navigate', event, url)
      if (event.isPrevented) {
        report({ kind: 'denied', what: 'navigation', url })
        await route.abort('aborted')
        return
      }
    }
    let isCancelled = false
    beforeRequest?.({ url }, ({ cancel }) => (isCancelled = cancel))
    const handler = schemes.get(new URL(url).protocol.slice(0, -1))
    if (isCancelled || handler === undefined) {
      report({ kind: 'denied', what: 'request', url })
      await route.abort('blockedbyclient')
      return
    }
    if (request.isNavigationRequest()) this.#isLoaded = true
    const response = await handler(new Request(url))
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    })
  }
}

interface PageMessage {
  readonly channel: string
  readonly args: unknown[]
  readonly id?: number
}

interface WindowOptions {
  readonly width?: number
  readonly height?: number
  readonly x?: number
  readonly y?: number
  readonly webPreferences?: { readonly preload?: string; readonly [key: string]: unknown }
}

let lastWebContents = 0

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents(++lastWebContents)
  readonly #options: WindowOptions

  constructor(options: WindowOptions) {
    super()
    const { preload: _preload, ...webPreferences } = options.webPreferences ?? {}
    report({ kind: 'window', event: 'made', options: { ...options, webPreferences } })
    this.#options = options
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url: string): Promise<void> {
    const { width = 800, height = 600, webPreferences } = this.#options
    const port = await freePort()
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...FLAGS, `--remote-debugging-port=${port}`],
    })
    const context = await browser.newContext({ viewport: { width, height }, locale: 'en-US' })
    const page = await context.newPage()
    await this.webContents.open(page, webPreferences?.preload ?? '')
    page.on('close', () => {
      if (browser === null) return
      this.emit('close', new Preventable())
      this.emit('closed')
      report({ kind: 'window', event: 'closed' })
      app.emit('window-all-closed')
    })
    await page.goto(asHttps(url))
    this.emit('ready-to-show')
    report({ kind: 'page', cdp: `http://127.0.0.1:${port}` })
  }
  show(): void {
    report({ kind: 'window', event: 'shown' })
  }
  focus(): void {
    report({ kind: 'window', event: 'focused' })
  }
  restore(): void {}
  isMinimized(): boolean {
    return false
  }
  getNormalBounds(): object {
    const { x = 40, y = 30, width = 800, height = 600 } = this.#options
    return { x, y, width, height }
  }
}

const handlers = new Map<string, (event: unknown, ...args: unknown[]) => unknown>()
class IpcMain extends EventEmitter {
  handle(channel: string, listener: (event: unknown, ...args: unknown[]) => unknown): void {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    handlers.set(channel, listener)
  }
}
export const ipcMain = new IpcMain()

const labelsOf = (items: readonly MenuItem[]): string[] =>
  items.flatMap(item => [item.label ?? item.role ?? item.type ?? '', ...labelsOf(item.submenu ?? [])])

export const Menu = {
  buildFromTemplate: (items: readonly MenuItem[]): { items: readonly MenuItem[] } => ({ items }),
  setApplicationMenu: ({ items }: { items: readonly MenuItem[] }): void =>
    report({ kind: 'menu', labels: labelsOf(items) }),
}

export class Tray extends EventEmitter {
  constructor(_icon: unknown) {
    super()
    clickTray = () => void this.emit('click')
  }
  setContextMenu({ items }: { items: readonly MenuItem[] }): void {
    report({ kind: 'tray', menu: labelsOf(items) })
  }
  setToolTip(toolTip: string): void {
    report({ kind: 'tray', toolTip })
  }
}
let clickTray = (): void => {}

export class Notification {
  static isSupported(): boolean {
    return true
  }
  readonly #options: { title: string; body: string }
  constructor(options: { title: string; body: string }) {
    this.#options = options
  }
  show(): void {
    report({ kind: 'notification', ...this.#options })
  }
}

export const nativeImage = { createFromDataURL: (url: string): object => ({ url }) }
export const nativeTheme = { themeSource: 'system' }
export const screen = {
  getAllDisplays: (): object[] => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
}
export const shell = {
  openPath: (path: string): Promise<string> => {
    report({ kind: 'path', path })
    return Promise.resolve('')
  },
}
export const dialog = {
  showErrorBox: (title: string, text: string): void => report({ kind: 'dialog', title, text }),
  /** A person who presses Save at once would be asked nothing: the test names the file in the environment. */
  showSaveDialog: (): Promise<{ filePath: string }> =>
    Promise.resolve({ filePath: process.env['STANDIN_SAVE_TO'] ?? '' }),
}
/** Seals by turning bits over: no key store, but not the text itself. */
export const safeStorage = {
  isEncryptionAvailable: (): boolean => true,
  getSelectedStorageBackend: (): string => 'standin',
  encryptString: (text: string): Buffer => Buffer.from(text).map(byte => byte ^ 0xff) as Buffer,
  decryptString: (sealed: Buffer): string => Buffer.from(sealed.map(byte => byte ^ 0xff)).toString(),
}

const ACTIONS: Readonly<Record<Command, () => void>> = {
  quit: () => app.quit(),
  'close-window': () => void browser?.contexts()[0]?.pages()[0]?.close(),
  'tray-click': () => clickTray(),
  'second-instance': () => void app.emit('second-instance', {}, [], ''),
}
const commands = createInterface({ input: process.stdin })
commands.on('line', line => {
  const command = COMMANDS.find(one => one === line.trim())
  if (command !== undefined) ACTIONS[command]()
})
process.once('SIGTERM', () => app.quit())
process.once('SIGINT', () => app.quit())
