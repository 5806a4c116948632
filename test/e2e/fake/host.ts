/** Builds the renderer and serves it on loopback under the same strict policy as the shells, with the made-up client injected. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, resolve, sep } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

const ROOT = resolve(import.meta.dirname, '../../..')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self' ws:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export interface FakeHost {
  /** Ends with a slash; add `?state=empty&theme=dark&language=zh-CN&peers=10000&churn=1`. */
  readonly url: string
  /** For `page.addInitScript({ content })`. */
  readonly initScript: string
  readonly close: () => Promise<void>
}

export async function startFakeHost(): Promise<FakeHost> {
  const out = await mkdtemp(join(tmpdir(), 'warren-fake-'))
  await build({
    root: join(ROOT, 'src-renderer'),
    base: './',
    configFile: false,
    logLevel: 'warn',
    plugins: [react(), tailwindcss()],
    build: { outDir: join(out, 'page'), emptyOutDir: true },
  })
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: join(out, 'inject'),
      emptyOutDir: true,
      minify: false,
      lib: {
        entry: join(import.meta.dirname, 'inject.ts'),
        formats: ['iife'],
        name: 'fake',
        fileName: () => 'inject.js',
      },
    },
  })
  const initScript = await readFile(join(out, 'inject/inject.js'), 'utf8')
  const root = join(out, 'page')
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname
    const file = resolve(root, `.${path === '/' ? '/index.html' : path}`)
    readFile(file.startsWith(root + sep) ? file : join(root, 'none')).then(
      body => {
        response.writeHead(200, {
          'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
          'content-security-policy': POLICY,
        })
        response.end(body)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    initScript,
    close: async () => {
      server.closeAllConnections()
      await new Promise(done => {
        server.close(done)
      })
      await rm(out, { recursive: true, force: true })
    },
  }
}
