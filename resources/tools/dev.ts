/**
 * `npm run dev`: with Electron's binary, electron-vite's own hot reload; without it, the headless shell from the sources
 * (restarted when they change) behind Vite's server, which reloads the page as it is edited.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer as createNetServer } from 'node:net'
import { join, resolve } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { createServer } from 'vite'
import { electronBinary } from './electron-binary.ts'

const root = resolve(import.meta.dirname, '../..')
const args = process.argv.slice(2)

/** A port that is free now: the headless shell keeps it over its restarts, so that the page finds it again. */
function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createNetServer()
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null ? done(address.port) : fail(new Error('no port')),
      )
    })
  })
}

function run(script: string, ...more: string[]): ReturnType<typeof spawn> {
  const child = spawn(process.execPath, [script, ...more], { cwd: root, stdio: ['inherit', 'pipe', 'inherit'] })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  child.on('exit', code => process.exit(code ?? 0))
  return child
}

async function headless(): Promise<void> {
  const port = await freePort()
  const door = `http://127.0.0.1:${String(port)}`
  // The door takes its own origin only; the page comes from Vite's, so its requests are passed on as the door's own.
  const passedOn = { target: door, changeOrigin: true, headers: { origin: door } }
  const vite = await createServer({
    root: join(root, 'src-renderer'),
    configFile: false,
    plugins: [react(), tailwindcss()],
    server: {
      host: '127.0.0.1',
      // Exactly these paths: the page has a folder called live.
      proxy: { '^/(enter|session)$': passedOn, '^/live$': { ...passedOn, ws: true } },
    },
  })
  await vite.listen()
  const page = vite.resolvedUrls?.local[0] ?? ''
  const child = run(
    '--watch-path=src-main',
    '--watch-path=src-preload',
    'src-main/headless.ts',
    ...args,
    '--port',
    String(port),
  )
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    const token = /#([\w-]+)/.exec(part)?.[1]
    process.stdout.write(token === undefined ? part : `Warren is at ${page}#${token}\n`)
  })
}

if (!existsSync(join(root, 'out', 'tables')))
  process.stderr.write('Run npm run tables once to see countries and ASNs\n')
if (electronBinary(root) !== null && !args.includes('--headless'))
  run(join('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'dev', '--', ...args).stdout?.pipe(
    process.stdout,
  )
else await headless()
