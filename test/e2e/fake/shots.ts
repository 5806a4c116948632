/**
 * Takes pictures of the pages: `npx node test/e2e/fake/shots.ts [--out DIR] [--pages peers,bans] [--quick]`.
 * Quick: one size, light English and dark Chinese. Prints every console error and policy violation it meets.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Page } from 'playwright-core'
import { CHROMIUM, FLAGS } from '../chromium.ts'
import { startFakeHost } from './host.ts'

const PAGES = ['overview', 'peers', 'connections', 'addresses', 'bans', 'tor', 'logs', 'settings']
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: '/tmp/warren-shots' },
    pages: { type: 'string', default: PAGES.join() },
    quick: { type: 'boolean', default: false },
    state: { type: 'string', default: 'busy' },
  },
})
const sizes = values.quick
  ? [[1280, 800]]
  : [
      [1280, 800],
      [1920, 1080],
    ]
const looks = values.quick
  ? [
      ['light', 'en'],
      ['dark', 'zh-CN'],
    ]
  : ['light', 'dark'].flatMap(theme => ['en', 'zh-CN'].map(language => [theme, language]))

/** What to do on a page before a second picture of it. */
const SCENES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  overview: async page => {
    await page
      .locator('main button', { hasText: /playground|演练场/ })
      .first()
      .click()
    await page.waitForTimeout(600)
  },
  connections: async page => {
    await page.getByRole('tab').last().click()
    await page.waitForTimeout(300)
  },
  bans: async page => {
    await page.locator('[role=row][data-id]').nth(1).dblclick({ timeout: 3000 })
    await page.waitForTimeout(300)
  },
  peers: async page => {
    await page.locator('[role=row][data-id]').nth(2).dblclick({ timeout: 3000 })
    await page.waitForTimeout(600)
  },
}

await mkdir(values.out, { recursive: true })
const host = await startFakeHost()
const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
try {
  for (const [width = 1280, height = 800] of sizes) {
    for (const [theme = 'light', language = 'en'] of looks) {
      const page = await browser.newPage({ viewport: { width, height } })
      page.on('console', message => {
        if (message.type() === 'error' || message.type() === 'warning')
          console.log(`${message.type()}: ${message.text()}`)
      })
      page.on('pageerror', error => console.log(`page error: ${error.message}`))
      await page.addInitScript({ content: host.initScript })
      await page.goto(`${host.url}?theme=${theme}&language=${language}&state=${values.state}`)
      await page.waitForSelector('nav button')
      for (const name of values.pages.split(',')) {
        const path = (part: string): string =>
          join(values.out, `${name}${part}-${String(width)}-${theme}-${language}.png`)
        await page.keyboard.press(`Control+${String(PAGES.indexOf(name) + 1)}`)
        await page.waitForTimeout(500)
        await page.screenshot({ path: path('') })
        const scene = values.state === 'busy' ? SCENES[name] : undefined
        if (scene === undefined) continue
        await scene(page)
        await page.screenshot({ path: path('-open') })
      }
      await page.close()
    }
  }
  console.log(`pictures are in ${values.out}`)
} finally {
  await browser.close()
  await host.close()
}
