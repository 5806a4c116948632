/**
 * The registry of pages. To add one:
 *  1. `pages/<page>/<page>-page.tsx` exports a component that fills the content area: a `Page` (components/page.tsx)
 *     with title and actions, and below it a `DataTable` or sections. Keep pieces in files of their own beside it.
 *  2. `i18n/texts/<page>.ts` holds its texts in every language, keys beginning with the page's name; get them with
 *     `const { t, bytes, relative, ... } = useI18n()`.
 *  3. Add its id in `page-ids.ts`, its title `page.<id>` in `texts/common.ts`, and a line below. The order here is the
 *     order of the navigation and of the Ctrl+1, Ctrl+2, ... keys.
 *
 * What a page builds on:
 *  - `live/hooks.ts`: what the client tells, live. `live/ask.ts`: `await ask('bans.lift', { ids })`; throws `AskError`
 *    with `code` and `details` by field. `live/clock.ts`: `now()` and `useNow()`.
 *  - `shell/perform.ts`: `perform(i18n, promise)` for an action whose failure belongs into a toast; `shell/ui-store.ts`:
 *    `go(page, focus)`, `toast(text, undo)`.
 *  - `components/`: everything visible. No page has styles of its own beyond utilities with the tokens of `styles.css`.
 */
import Ban from 'lucide-react/icons/ban'
import BookUser from 'lucide-react/icons/book-user'
import Cable from 'lucide-react/icons/cable'
import LayoutDashboard from 'lucide-react/icons/layout-dashboard'
import ScrollText from 'lucide-react/icons/scroll-text'
import Settings from 'lucide-react/icons/settings'
import Shield from 'lucide-react/icons/shield'
import Users from 'lucide-react/icons/users'
import type { ComponentType } from 'react'
import type { TextKey } from '../i18n/texts.ts'
import { AddressesPage } from './addresses/addresses-page.tsx'
import { BansPage } from './bans/bans-page.tsx'
import { ConnectionsPage } from './connections/connections-page.tsx'
import { LogsPage } from './logs/logs-page.tsx'
import { OverviewPage } from './overview/overview-page.tsx'
import type { PageId } from './page-ids.ts'
import { PeersPage } from './peers/peers-page.tsx'
import { SettingsPage } from './settings/settings-page.tsx'
import { TorPage } from './tor/tor-page.tsx'

export interface PageSpec {
  readonly id: PageId
  readonly title: TextKey
  readonly Icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>
  readonly Content: ComponentType
}

export const PAGES: readonly PageSpec[] = [
  { id: 'overview', title: 'page.overview', Icon: LayoutDashboard, Content: OverviewPage },
  { id: 'peers', title: 'page.peers', Icon: Users, Content: PeersPage },
  { id: 'connections', title: 'page.connections', Icon: Cable, Content: ConnectionsPage },
  { id: 'addresses', title: 'page.addresses', Icon: BookUser, Content: AddressesPage },
  { id: 'bans', title: 'page.bans', Icon: Ban, Content: BansPage },
  { id: 'tor', title: 'page.tor', Icon: Shield, Content: TorPage },
  { id: 'logs', title: 'page.logs', Icon: ScrollText, Content: LogsPage },
  { id: 'settings', title: 'page.settings', Icon: Settings, Content: SettingsPage },
]
