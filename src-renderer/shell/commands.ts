/** Everything the palette can do: pages, peers, and actions that stand on no page. */
import type { TextKey } from '../i18n/texts.ts'
import type { I18n } from '../i18n/i18n.ts'
import { ask } from '../live/ask.ts'
import { live } from '../live/store.ts'
import { PAGES } from '../pages/pages.ts'
import { perform } from './perform.ts'
import { startPlayground, stopPlayground } from './playground.ts'
import { go, showOverlay } from './ui-store.ts'

export interface Command {
  readonly id: string
  readonly kind: 'page' | 'peer' | 'action'
  readonly title: string
  /** More words that find it. */
  readonly more: string
  readonly run: () => void
}

/** Peers offered at most: more would not be read. */
const MAX_PEERS = 20

function setSetting(i18n: I18n, changes: Parameters<typeof ask<'settings.set'>>[1]['changes']): void {
  void perform(i18n, ask('settings.set', { changes }))
}

/** Commands whose title or words hold every word of the text, best first: a title that begins with it, then the rest. */
export function findCommands(commands: readonly Command[], text: string): readonly Command[] {
  const wanted = text.trim().toLowerCase()
  const words = wanted.split(/\s+/).filter(word => word !== '')
  const rank = (command: Command): number => {
    const title = command.title.toLowerCase()
    const all = `${title} ${command.more.toLowerCase()}`
    if (!words.every(word => all.includes(word))) return -1
    return title.startsWith(wanted) ? 2 : title.includes(wanted) ? 1 : 0
  }
  return commands
    .map(command => [rank(command), command] as const)
    .filter(([rank]) => rank >= 0)
    .sort(([a], [b]) => b - a)
    .map(([, command]) => command)
}

export function allCommands(i18n: I18n, text: string): readonly Command[] {
  const { t } = i18n
  const action = (key: TextKey, run: () => void, more = ''): Command => ({
    id: key,
    kind: 'action',
    title: t(key),
    more,
    run,
  })
  const state = live.getState()
  const pages: Command[] = PAGES.map(page => ({
    id: page.id,
    kind: 'page',
    title: t(page.title),
    more: page.id,
    run: () => go(page.id),
  }))
  const isPlaying = state.playground?.isRunning === true
  const actions: Command[] = [
    action('peers.add', () => showOverlay('add-peer'), 'add connect peer'),
    isPlaying
      ? action('action.stopPlayground', () => void stopPlayground(i18n), 'playground')
      : action('action.startPlayground', () => void startPlayground(i18n), 'playground'),
    ...state.networks.map(network => ({
      id: `network ${network.id}`,
      kind: 'action' as const,
      title: t(network.isOn ? 'palette.network.off' : 'palette.network.on', { network: network.title }),
      more: network.id,
      run: () => void perform(i18n, ask('networks.switch', { network: network.id, on: !network.isOn })),
    })),
    action('palette.theme.light', () => setSetting(i18n, { 'appearance.theme': 'light' }), 'theme light'),
    action('palette.theme.dark', () => setSetting(i18n, { 'appearance.theme': 'dark' }), 'theme dark'),
    action('palette.theme.system', () => setSetting(i18n, { 'appearance.theme': 'system' }), 'theme system'),
    action('palette.language.en', () => setSetting(i18n, { 'appearance.language': 'en' }), 'language english'),
    action('palette.language.zh', () => setSetting(i18n, { 'appearance.language': 'zh-CN' }), 'language chinese'),
    action('keys.title', () => showOverlay('keys'), 'keyboard shortcuts'),
  ]
  const peers: Command[] = []
  if (text.trim() !== '') {
    const wanted = text.trim().toLowerCase()
    for (const peer of state.peers.byId.values()) {
      if (peers.length >= MAX_PEERS) break
      const more = `${peer.agent ?? ''} ${peer.network}`
      if (!`${peer.address} ${more}`.toLowerCase().includes(wanted)) continue
      peers.push({ id: `peer ${peer.id}`, kind: 'peer', title: peer.address, more, run: () => go('peers', peer.id) })
    }
  }
  return [...findCommands([...pages, ...actions], text), ...peers]
}
