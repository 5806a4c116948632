/** The main job, in every host there is: the playground comes in, a flooder is banned, a ban is lifted, a pin survives. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOSTS, type Opened } from './hosts.ts'

const ARGS = ['--network', 'bitcoin/regtest', '--listen', '127.0.0.1:0', '--playground']

let dir = ''
let host: Opened | null = null

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'warren-e2e-'))
})
afterEach(async () => {
  await host?.close()
  host = null
  rmSync(dir, { recursive: true, force: true })
})

const goTo = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation').getByText(name, { exact: true }).click()
const rows = (page: Page): ReturnType<Page['locator']> => page.locator('[role=row][aria-rowindex]')

describe.for(HOSTS)('$name', ({ name, whyNot, open }) => {
  if (whyNot !== null) {
    it.skip(`does not run here: ${whyNot}`)
    return
  }

  it('shows 24 peers, bans the flooders by their score, and takes them back when the ban is lifted', async () => {
    host = await open(dir, ARGS)
    const { page } = host
    if (name === 'headless') expect(page.url()).not.toContain('#')
    await goTo(page, 'Peers')
    await page.getByText('24 rows').waitFor()
    await page.getByText('/spam:6.6.6/').first().waitFor()
    await goTo(page, 'Bans')
    await page.getByText('127.16.0.2', { exact: true }).waitFor({ timeout: 60_000 })
    await rows(page).filter({ hasText: '127.16.0.2' }).first().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Lift' }).first().click()
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await goTo(page, 'Peers')
    await page
      .getByText(/^127\.16\.0\.2:/)
      .first()
      .waitFor({ timeout: 30_000 })
    expect(host.problems).toEqual([])
  })

  it('keeps a pinned peer over a restart, and ends cleanly', async () => {
    host = await open(dir, ARGS)
    const first = host.page
    await goTo(first, 'Peers')
    await first.getByText('24 rows').waitFor()
    await first.getByRole('button', { name: 'Add peer' }).click()
    const dialog = first.getByRole('dialog')
    await dialog.getByRole('textbox').first().fill('127.99.0.1:18444')
    const keep = dialog.getByRole('switch').first()
    if ((await keep.getAttribute('aria-checked')) !== 'true') await keep.click()
    await dialog.locator('button[type=submit]').click()
    await first.getByText('127.99.0.1:18444').first().waitFor()
    expect(await host.close()).toBe(0)
    host = await open(dir, ['--network', 'bitcoin/regtest', '--listen', '127.0.0.1:0'])
    await goTo(host.page, 'Peers')
    await host.page.getByText('127.99.0.1:18444').first().waitFor()
  })

  it('opens every page without an error, in both languages', async () => {
    host = await open(dir, ARGS)
    const { page } = host
    for (const name of ['Overview', 'Peers', 'Connections', 'Addresses', 'Bans', 'Tor', 'Logs', 'Settings']) {
      await goTo(page, name)
      await page.getByRole('heading', { level: 1, name }).waitFor()
    }
    await page.getByLabel('Language').selectOption('zh-CN')
    for (const name of ['概览', '节点', '连接', '地址簿', '封禁', 'Tor', '日志', '设置']) {
      await goTo(page, name)
      await page.getByRole('heading', { level: 1, name }).waitFor()
    }
    expect(host.problems).toEqual([])
  })
})
