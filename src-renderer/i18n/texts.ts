/** All texts of the window, gathered from the files in `texts/`: one per page, so that pages are written apart. */
import { addressTexts } from './texts/addresses.ts'
import { banTexts } from './texts/bans.ts'
import { commonTexts } from './texts/common.ts'
import { connectionTexts } from './texts/connections.ts'
import type { Text } from './define.ts'
import { logTexts } from './texts/logs.ts'
import { overviewTexts } from './texts/overview.ts'
import { peerTexts } from './texts/peers.ts'
import { settingsTexts } from './texts/settings.ts'
import { torTexts } from './texts/tor.ts'

export const TEXTS = {
  ...commonTexts,
  ...overviewTexts,
  ...peerTexts,
  ...connectionTexts,
  ...addressTexts,
  ...banTexts,
  ...logTexts,
  ...settingsTexts,
  ...torTexts,
} satisfies Record<string, Text>

export type TextKey = keyof typeof TEXTS
