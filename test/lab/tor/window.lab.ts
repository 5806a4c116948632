/**
 * Tor set up in the window of the built program, against a real Tor on the private network, by keyboard: started, told
 * to carry everything, tested, and made an onion service.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHROMIUM } from '../../e2e/chromium.ts'
import { openHeadless, type HeadlessOpened } from '../../e2e/hosts.ts'
import { startTorNetwork, whyNoTorNetwork, type TorNetwork } from './network.ts'

const built = resolve(import.meta.dirname, '../../../out/main/headless.js')

function whyNot(): string | null {
  if (!existsSync(built)) return 'the program is not built: npm run build'
  if (!existsSync(CHROMIUM)) return `Chromium is not at ${CHROMIUM}`
  return whyNoTorNetwork()
}

const missing = whyNot()

describe.skipIf(missing !== null)(
  `the Tor page with a real Tor${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'warren-tor-window-'))
    let network: TorNetwork
    let warren: HeadlessOpened

    beforeAll(async () => {
      network = await startTorNetwork({ 'peer.test': '127.0.0.1' })
      warren = await openHeadless(dir, ['--network', 'bitcoin/regtest', '--listen', '127.0.0.1:0'])
      warren.page.setDefaultTimeout(60_000)
    })
    afterAll(async () => {
      await warren?.close()
      await network?.close()
      rmSync(dir, { recursive: true, force: true })
    })

    it('starts Tor, sends everything through it, and passes its own test', async () => {
      const { page } = warren
      await page.keyboard.press('Control+6')
      await page.getByRole('heading', { level: 1, name: 'Tor' }).waitFor()
      await page.getByRole('radio', { name: /^No Tor/ }).focus()
      await page.keyboard.press('ArrowDown')
      // The lines that make the private network; in the real one there are none to give.
      await page.getByText('Bridges and programs').press('Enter')
      await page.getByLabel('Further torrc lines').fill(network.clientLines.join('\n'))
      await page.getByLabel('Further torrc lines').press('Tab')
      await page
        .getByRole('region', { name: 'Find or start Tor' })
        .getByRole('button', { name: 'Apply' })
        .press('Enter')
      await page.getByRole('button', { name: 'Start Tor' }).press('Enter')
      await page.getByText('100 %').waitFor()
      await page.getByRole('radio', { name: /^Onion addresses only/ }).focus()
      await page.keyboard.press('ArrowUp')
      await page.getByRole('row', { name: /^IPv4 peers Directly Through Tor/ }).waitFor()
      await page
        .getByRole('region', { name: 'Choose what goes through it' })
        .getByRole('button', { name: 'Apply' })
        .press('Enter')
      await page.getByText('This was changed:').waitFor()
      await page.getByRole('button', { name: 'Everything through Tor' }).waitFor()
      await page.getByLabel('Name to look up through Tor (optional)').fill('peer.test')
      await page.getByRole('button', { name: 'Run the test' }).press('Enter')
      await page.getByText('Everything works').waitFor()
      await page.getByText(/^Two dials went over circuits/).waitFor()
      expect(warren.problems).toEqual([])
    })

    it('makes the listener an onion service, with its address and circuits shown', async () => {
      const { page } = warren
      await page.getByRole('tab', { name: 'Onion service' }).click()
      await page.getByRole('switch', { name: 'Let others reach me at an onion address' }).press('Space')
      await page.getByText(/^Published\. Connections arrive at 127\.0\.0\.1:/).waitFor()
      expect(await page.locator('code').first().innerText()).toMatch(/^[a-z2-7]{56}\.onion:18444$/)
      await page.getByRole('img', { name: /QR code/ }).waitFor()
      await page.getByRole('tab', { name: 'Circuits' }).click()
      await page.getByRole('cell', { name: 'HS_SERVICE_INTRO' }).first().waitFor()
      await page.getByRole('button', { name: 'New identity' }).press('Enter')
      await page.getByText(/New circuits/).waitFor()
      await page.getByRole('tab', { name: 'Privacy ledger' }).click()
      await page.getByText('Policy kept').waitFor()
      expect(warren.problems).toEqual([])
    })
  },
)
