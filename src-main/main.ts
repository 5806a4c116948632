/** The Electron shell: windows, tray, menus, lifecycle, by the book. Everything that decides lies in the border and below. */
import { readFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  BrowserWindow,
  Menu,
  Notification,
  Tray,
  app,
  dialog,
  ipcMain,
  nativeImage,
  nativeTheme,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
} from 'electron'
import type { Client, Sealer } from './client/index.ts'
import { createClient } from './client/index.ts'
import { RequestError } from '../src-preload/contract/port.ts'
import { serveIpc, type ElectronIpc } from './border/electron-ipc.ts'
import { LEAST, ORIGIN, SCHEME, decideBounds, servePage, type Rectangle } from './border/electron-page.ts'
import { helpText, parseOptions, withoutChromiumSwitches } from './border/options.ts'
import { createRegistrar } from './border/registrar.ts'
import { systemClock } from './time/index.ts'

const out = resolve(import.meta.dirname, '..')
const pageDir = join(out, 'renderer')
/** One notification about bans a minute at most. */
const NOTIFY_EVERY_MS = 60_000

let window: BrowserWindow | null = null
let tray: Tray | null = null
let client: Client | null = null
let ipc: ElectronIpc | null = null
let isQuitting = false

app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

const given = withoutChromiumSwitches(process.argv.slice(app.isPackaged ? 1 : 2))
const parsed = parseOptions(given, process.env, process.platform)
if (parsed.kind === 'error') {
  process.stderr.write(`${parsed.text}\n`)
  app.exit(2)
} else if (parsed.kind !== 'options') {
  process.stdout.write(`${parsed.kind === 'help' ? helpText(process.env, process.platform) : app.getVersion()}\n`)
  app.exit(0)
} else if (parsed.options.isHeadless) {
  // Its fuses keep the packed program from running as plain Node, which the headless shell is.
  process.stderr.write('This program has a window only; the headless shell is npm start -- --headless\n')
  app.exit(2)
} else if (!isAlone(resolve(parsed.options.dataDir))) {
  app.exit(0)
} else {
  const { options } = parsed
  const dataDir = resolve(options.dataDir)
  app.on('second-instance', () => showWindow(dataDir))
  app.on('window-all-closed', () => app.quit())
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', event => event.preventDefault())
    contents.on('will-redirect', event => event.preventDefault())
    contents.on('will-attach-webview', event => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  })
  app.on('before-quit', event => {
    if (isQuitting || client === null) return
    event.preventDefault()
    isQuitting = true
    void client.close().finally(() => app.exit(0))
  })
  // Not awaited at the top level: Electron emits `ready` only after this module has been evaluated.
  void app
    .whenReady()
    .then(() => guardSession())
    .then(() =>
      createClient({
        dataDir,
        shell: 'electron',
        overrides: {
          networks: options.networks,
          connect: options.connect,
          listen: options.listen,
          playground: options.isPlayground,
        },
        // Packed, both lie in the archive, at the same places: Electron reads them there as files.
        tablesDir: join(out, 'tables'),
        resourcesDir: join(out, '..', 'resources'),
        ...sealerOf(),
      }),
    )
    .then(made => {
      client = made
      serve(made, dataDir)
      showWindow(dataDir)
    })
    .catch((error: unknown) => {
      dialog.showErrorBox('Warren cannot start', error instanceof Error ? error.message : String(error))
      app.exit(1)
    })
}

/** One process for each data directory; what Chromium keeps lies in it too. False: another one has it, and shows itself. */
function isAlone(dataDir: string): boolean {
  app.setPath('userData', join(dataDir, 'electron'))
  return app.requestSingleInstanceLock()
}

/** The page's session reaches our scheme and nothing else, and is granted nothing. */
async function guardSession(): Promise<void> {
  const own = session.defaultSession
  own.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  own.setPermissionCheckHandler(() => false)
  own.setSpellCheckerEnabled(false)
  own.webRequest.onBeforeRequest((details, decide) =>
    decide({ cancel: !details.url.startsWith(`${ORIGIN}/`) && !details.url.startsWith('devtools:') }),
  )
  protocol.handle(SCHEME, request => servePage(pageDir, request.url))
  await own.setProxy({ proxyRules: 'http=127.0.0.1:9;https=127.0.0.1:9', proxyBypassRules: '' })
}

/** The system's key store, where it is one: on a Linux without, Electron would only obfuscate. */
function sealerOf(): { sealer?: Sealer } {
  const isReal =
    safeStorage.isEncryptionAvailable() &&
    (process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text')
  if (!isReal) return {}
  return {
    sealer: {
      seal: text => safeStorage.encryptString(text),
      open: sealed => safeStorage.decryptString(Buffer.from(sealed)),
    },
  }
}

function serve(made: Client, dataDir: string): void {
  const noDoor = (): never => {
    throw new RequestError('not-found', 'There are no browser sessions in the desktop window.')
  }
  const registrar = createRegistrar({
    client: made,
    log: made.log.child('border'),
    border: {
      'doors.list': () => ({ sessions: [] }),
      'doors.revoke': noDoor,
      'app.quit': () => {
        app.quit()
        return {}
      },
      'app.openDataDir': async () => {
        await shell.openPath(dataDir)
        return {}
      },
      'app.saveFile': async ({ suggestedName, text }) => {
        if (window === null) throw new RequestError('no-window', 'There is no window to ask in.')
        const { filePath } = await dialog.showSaveDialog(window, { defaultPath: suggestedName })
        if (filePath === '') return { path: null }
        try {
          await writeFile(filePath, text)
        } catch (error) {
          throw new RequestError('write-failed', `The file could not be written: ${(error as Error).message}`)
        }
        return { path: filePath }
      },
    },
  })
  ipc = serveIpc({
    ipcMain,
    client: made,
    registrar,
    clock: systemClock,
    log: made.log.child('border'),
    origin: ORIGIN,
  })
  followSettings(made)
  notify(made)
  makeTray(made, dataDir)
  makeMenu()
}

function stateFile(dataDir: string): string {
  return join(dataDir, 'window.json')
}

function savedBounds(dataDir: string): Partial<Rectangle> | null {
  try {
    return JSON.parse(readFileSync(stateFile(dataDir), 'utf8')) as Partial<Rectangle>
  } catch {
    return null
  }
}

function showWindow(dataDir: string): void {
  if (window !== null) {
    if (window.isMinimized()) window.restore()
    window.focus()
    return
  }
  const made = new BrowserWindow({
    ...decideBounds(
      savedBounds(dataDir),
      screen.getAllDisplays().map(display => display.workArea),
    ),
    minWidth: LEAST.width,
    minHeight: LEAST.height,
    show: false,
    title: 'Warren',
    webPreferences: {
      preload: join(out, 'preload', 'index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  })
  window = made
  ipc?.attach({ id: made.webContents.id, send: (channel, payload) => made.webContents.send(channel, payload) })
  made.once('ready-to-show', () => made.show())
  made.on('close', () => {
    try {
      writeFileSync(stateFile(dataDir), JSON.stringify(made.getNormalBounds()), { mode: 0o600 })
    } catch {
      // The window opens at its usual place next time.
    }
  })
  made.on('closed', () => {
    window = null
    ipc?.detach()
  })
  void made.loadURL(`${ORIGIN}/index.html`)
}

function followSettings(made: Client): void {
  const apply = (): void => {
    const theme = made.gauge('settings')?.settings['appearance.theme']
    nativeTheme.themeSource = theme === 'light' || theme === 'dark' ? theme : 'system'
  }
  apply()
  made.onChange(event => {
    if (event === 'settings') apply()
  })
}

function notify(made: Client): void {
  let lastBanAt = -Infinity
  let hadPeers = false
  const wants = (key: string): boolean => made.gauge('settings')?.settings[key] === true
  const say = (title: string, body: string): void => {
    if (Notification.isSupported()) new Notification({ title, body }).show()
  }
  made.onChange((event, ids) => {
    if (event === 'bans' && ids !== undefined && wants('appearance.notifyBan')) {
      const ban = ids.map(id => made.record('bans', id)).find(one => one?.['by'] === 'rule')
      const now = systemClock.monotonic()
      if (ban !== undefined && now - lastBanAt >= NOTIFY_EVERY_MS) {
        lastBanAt = now
        say('Peer banned', `${String(ban['target'])}: ${String(ban['reason'])}`)
      }
    }
    if (event === 'overview') {
      const peers = (made.gauge('overview')?.inbound ?? 0) + (made.gauge('overview')?.outbound ?? 0)
      if (hadPeers && peers === 0 && wants('appearance.notifyNoPeers'))
        say('No peers', 'Warren has lost its last peer.')
      hadPeers = peers > 0
    }
  })
}

/** A 16 × 16 dot: systems draw it beside their own. */
const TRAY_ICON =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAAAJ0lEQVR42mNgGAXUBP9xYLI0/ScGk6yRJEP+E4vpawDFXqA4ECkGAJ6dRroQ4QyKAAAAAElFTkSuQmCC'

function makeTray(made: Client, dataDir: string): void {
  tray = new Tray(nativeImage.createFromDataURL(TRAY_ICON))
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Show Warren', click: () => showWindow(dataDir) },
      { type: 'separator' },
      { label: 'Quit', click: () => app.quit() },
    ]),
  )
  tray.on('click', () => showWindow(dataDir))
  made.onChange(event => {
    if (event !== 'overview') return
    const now = made.gauge('overview')
    tray?.setToolTip(`Warren: ${now?.inbound ?? 0} in, ${now?.outbound ?? 0} out`)
  })
}

function makeMenu(): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
      { role: 'fileMenu' },
      { role: 'editMenu' },
      {
        label: 'View',
        submenu: [
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { type: 'separator' },
          { role: 'togglefullscreen' },
        ],
      },
      { role: 'windowMenu' },
    ]),
  )
}
