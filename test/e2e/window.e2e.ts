/**
 * The window against a client made up from the contract: every page and state passes axe (WCAG A and AA) in either theme
 * and language, without an error in the console or a breach of the page's policy; what a page promises it does.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CHROMIUM, FLAGS } from './chromium.ts'
import { startFakeHost, type FakeHost } from './fake/host.ts'
import { HOSTS } from './hosts.ts'

const PAGES = 8

const whyNot = HOSTS.find(one => one.name === 'headless')?.whyNot ?? null
let host: FakeHost
let browser: Browser
let axe = ''
let problems: string[] = []

async function open(query: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.on('console', message => {
    if (message.type() === 'error') problems.push(`${query}: ${message.text()}`)
  })
  page.on('pageerror', error => problems.push(`${query}: ${error.message}`))
  await page.addInitScript({ content: host.initScript })
  await page.goto(`${host.url}?${query}`)
  await page.waitForSelector('nav button')
  return page
}

interface AxeReport {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly target: unknown }[] }[]
}

async function checkAxe(page: Page, what: string): Promise<void> {
  await page.evaluate(axe)
  const report = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: (root: unknown, options: object) => Promise<AxeReport> } }).axe.run(
      document,
      {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
      },
    ),
  )
  for (const { id, nodes } of report.violations) {
    const where = nodes.map(node => JSON.stringify(node.target)).slice(0, 3)
    problems.push(`${what}: ${id} at ${where.join(', ')}`)
  }
}

async function checkPages(theme: string, language: string): Promise<void> {
  for (const state of ['busy', 'empty', 'first-run', 'reconnecting', 'error']) {
    const page = await open(`theme=${theme}&language=${language}&state=${state}`)
    for (let number = 1; number <= PAGES; number++) {
      await page.keyboard.press(`Control+${String(number)}`)
      await page.locator('main h1').waitFor()
      await checkAxe(page, `page ${String(number)} ${state} ${theme} ${language}`)
    }
    await page.close()
  }
}

/** Ban, undo, pin, refusal at the field, palette: what the Peers page promises. */
async function checkPeers(): Promise<void> {
  const page = await open('theme=light&churn=0')
  await page.keyboard.press('Control+2')
  const rows = page.locator('[role=row][data-id]')
  const outbound = rows.filter({ hasText: 'Out' }).first()
  const id = await outbound.getAttribute('data-id')
  const address = (await outbound.locator('[title]').first().getAttribute('title')) ?? ''
  const same = page.locator(`[role=row][data-id="${id ?? ''}"]`)

  await outbound.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Pin', exact: true }).click()
  await same.getByRole('img', { name: 'Pinned' }).waitFor()

  await same.dblclick()
  await page.getByRole('complementary', { name: address }).waitFor()
  await checkAxe(page, 'drawer')

  await same.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Ban', exact: true }).press('ArrowRight')
  await page.getByRole('menuitem', { name: 'Other time or reason' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getAttribute('aria-label')).toMatch(/^Ban .+/)
  await checkAxe(page, 'ban dialog')
  await dialog.getByLabel('Reason').fill('a test')
  await dialog.getByRole('button', { name: 'Ban', exact: true }).click()
  const toast = page.getByRole('region', { name: 'Messages' })
  await toast.getByText('banned for 1 d').waitFor()
  // A held table keeps the place of a peer that went.
  expect(await same.getAttribute('class')).toMatch(/line-through/)
  await toast.getByRole('button', { name: 'Undo' }).last().click()
  await toast.getByText('Undone').waitFor()

  await page.getByRole('button', { name: 'Add peer' }).click()
  await page.getByRole('dialog').getByLabel('Address').fill('1.2.3.4:99999')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('port 99999 is above 65535').waitFor()
  await checkAxe(page, 'add dialog')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  await page.keyboard.press('Control+k')
  await page.keyboard.type('Bans')
  await checkAxe(page, 'palette')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Bans', level: 1 }).waitFor()
  await page.close()
}

/** Refusal at the field, ban, lift, undo, a damaged import, all by keyboard where a keyboard will do. */
async function checkBans(): Promise<void> {
  const page = await open('theme=light&churn=0')
  const toast = page.getByRole('region', { name: 'Messages' })
  await page.keyboard.press('Control+5')
  await page.getByRole('button', { name: 'Ban an address' }).press('Enter')
  await page.keyboard.type('nonsense')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('is not an address or subnet').waitFor()
  await checkAxe(page, 'dialog for a new ban')
  await page.getByLabel('Address or subnet', { exact: true }).fill('203.0.113.0/24')
  await page.keyboard.press('Enter')
  await toast.getByText('203.0.113.0/24 banned for 1 d').waitFor()
  const row = page.locator('[role=row][data-id]').filter({ hasText: '203.0.113.0/24' })
  await row.waitFor()
  await row.dblclick()
  const drawer = page.getByRole('complementary', { name: 'Ban of 203.0.113.0/24' })
  await checkAxe(page, 'drawer of a ban')
  await drawer.getByRole('button', { name: 'Lift' }).click()
  await toast.getByText('Ban of 203.0.113.0/24 lifted').waitFor()
  await drawer.getByText('was lifted').waitFor()
  await toast.getByRole('button', { name: 'Undo' }).last().click()
  await drawer.getByRole('button', { name: 'Lift' }).waitFor()
  const file = page.locator('input[type=file]').first()
  await file.setInputFiles({ name: 'bans.json', mimeType: 'application/json', buffer: Buffer.from('garbage') })
  await toast.getByText('Nothing was imported: This is not a ban list').waitFor()
  await page.close()
}

/** Dial now, cancel, the reasons, the link from a slot to its setting. */
async function checkConnections(): Promise<void> {
  const page = await open('theme=light&churn=0')
  const toast = page.getByRole('region', { name: 'Messages' })
  await page.keyboard.press('Control+3')
  const waiting = page.locator('[role=row][data-id]').filter({ hasText: 'Waiting' }).first()
  const id = (await waiting.getAttribute('data-id')) ?? ''
  await waiting.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Dial now' }).click()
  await page.locator(`[role=row][data-id="${id}"]`).getByText('Dialing').waitFor()
  await page.locator(`[role=row][data-id="${id}"]`).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Cancel' }).click()
  await toast.getByText('cancelled').waitFor()
  await page.getByRole('tab', { name: /^Under way/ }).focus()
  await page.keyboard.press('ArrowRight')
  await page.getByRole('grid', { name: 'Refused and failed' }).getByText('Nothing listens there').first().waitFor()
  await checkAxe(page, 'refusals')
  await page.keyboard.press('ArrowRight')
  await page.getByRole('grid', { name: 'Pinned' }).getByText('203.0.113.7:8333').first().waitFor()
  await checkAxe(page, 'pins')
  await page.keyboard.press('ArrowRight')
  await checkAxe(page, 'slots')
  await page.getByRole('button', { name: 'Inbound peers at most' }).click()
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()
  await page.close()
}

/** A notice's button, the playground, another span, and the three questions of the first run. */
async function checkOverview(): Promise<void> {
  const page = await open('theme=light&churn=0')
  await page.getByRole('button', { name: '24 h' }).click()
  await page.getByRole('img', { name: /^Traffic over time: latest/ }).waitFor()
  await page.getByRole('main').getByRole('button', { name: 'Start the playground' }).click()
  await page.getByText('20 of 24 connected').waitFor()
  await checkAxe(page, 'overview with playground')
  await page.getByRole('switch', { name: 'Bitcoin signet' }).click()
  await page.getByText('Bitcoin signet turned on').waitFor()
  await page.getByRole('button', { name: 'Open the setting' }).click()
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()
  await page.close()

  const first = await open('theme=light&state=first-run')
  await first.getByLabel('Through a SOCKS5 proxy').check()
  await first.getByLabel('Proxy', { exact: true }).fill('nowhere')
  await first.keyboard.press('Enter')
  await first.getByRole('alert').getByText('HOST:PORT').waitFor()
  await checkAxe(first, 'first run')
  await first.getByLabel('Proxy', { exact: true }).fill('127.0.0.1:9050')
  await first.keyboard.press('Enter')
  await first.getByRole('region', { name: 'What needs attention' }).waitFor()
  await first.close()
}

/** Step by step with the keyboard alone. */
async function checkTor(): Promise<void> {
  const page = await open('theme=light&churn=0')
  await page.keyboard.press('Control+6')
  await page.getByRole('radio', { name: /^No Tor/ }).focus()
  await page.keyboard.press('ArrowDown')
  await page.getByRole('button', { name: 'Start Tor' }).press('Enter')
  await page.getByText('100 %').waitFor()
  await page.getByRole('radio', { name: /^Onion addresses only/ }).focus()
  await page.keyboard.press('ArrowUp')
  await page.getByRole('columnheader', { name: 'After applying' }).waitFor()
  await page.getByRole('row', { name: /^IPv4 peers Directly Through Tor/ }).waitFor()
  await page.getByRole('button', { name: 'Apply' }).press('Enter')
  await page.getByText('This was changed:').waitFor()
  await page.getByRole('button', { name: 'Everything through Tor' }).waitFor()
  await page.getByRole('button', { name: 'Run the test' }).press('Enter')
  await page.getByText('Two dials used circuits 12 and 14.').waitFor()
  await checkAxe(page, 'Tor set up')
  for (const tab of ['Onion service', 'Circuits', 'Proxies', 'Privacy ledger']) {
    await page.getByRole('tab', { selected: true }).press('ArrowRight')
    await page.getByRole('tab', { name: tab, selected: true }).waitFor()
    if (tab === 'Onion service') {
      await page.getByRole('switch').first().press('Space')
      await page.getByRole('img', { name: /QR code/ }).waitFor()
    }
    await checkAxe(page, tab)
  }
  await page.close()
}

async function checkLoad(): Promise<void> {
  const page = await open('peers=10000&churn=1')
  await page.keyboard.press('Control+2')
  await page.locator('[role=row][data-id]').first().waitFor()
  const frames = await page.evaluate(
    () =>
      new Promise<number[]>(done => {
        const times: number[] = []
        let last = performance.now()
        const step = (): void => {
          const now = performance.now()
          times.push(now - last)
          last = now
          if (times.length < 200) requestAnimationFrame(step)
          else done(times.sort((a, b) => a - b))
        }
        requestAnimationFrame(step)
      }),
  )
  const [p50 = 0, p95 = 0] = [frames[100], frames[190]]
  console.log(`10 000 peers changing at 10 Hz: frames p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`)
  await page.close()
}

describe.skipIf(whyNot !== null)('the window', () => {
  beforeAll(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    host = await startFakeHost()
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  })
  afterAll(async () => {
    await browser?.close()
    await host?.close()
  })
  afterEach(() => {
    const seen = problems
    problems = []
    expect(seen).toEqual([])
  })

  it('does with a peer what its menus say', checkPeers)
  it('bans, lifts, and takes no damaged list', checkBans)
  it('dials now, cancels, and names the reasons', checkConnections)
  it('acts on notices, starts the playground, asks three questions once', checkOverview)
  it('sets Tor up by keyboard, shows what would change, and tests it', checkTor)
  it('draws 10 000 changing peers', checkLoad)
  it.each([
    ['light', 'en'],
    ['dark', 'zh-CN'],
  ])('passes axe on every page and in every state: %s, %s', checkPages)
})
