/** The Overview: how many peers, how much traffic, what needs attention, over time and by network. */
import { useState, type ReactNode } from 'react'
import { Badge } from '../../components/badge.tsx'
import { Page, Section } from '../../components/page.tsx'
import { Plot } from '../../components/plot.tsx'
import { SmallSelect } from '../../components/select.tsx'
import { Switch } from '../../components/switch.tsx'
import { AddressText } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask } from '../../live/ask.ts'
import { useNetworks, useOverview, usePlayground } from '../../live/hooks.ts'
import { perform } from '../../shell/perform.ts'
import { Attention } from './attention.tsx'
import { FirstRun } from './first-run.tsx'
import { SPANS, useHistory, type Span } from './use-history.ts'

const PLOT_HEIGHT = 170

export function OverviewPage(): ReactNode {
  const i18n = useI18n()
  const { t, number, rate } = i18n
  const [span, setSpan] = useState<Span>('5m')
  const { samples } = useHistory(span)
  const x = samples.map(sample => sample.at)
  return (
    <Page
      title={t('page.overview')}
      actions={
        <SmallSelect
          label={t('overview.span')}
          value={span}
          onChange={setSpan}
          choices={SPANS.map(each => ({ value: each, label: t(`overview.span.${each}`) }))}
        />
      }
    >
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-6">
        <div className="flex flex-col gap-4">
          <Tiles />
          <Section title={t('overview.attention')}>
            <Attention />
          </Section>
          <div className="grid gap-4 lg:grid-cols-2">
            <Section title={t('overview.peers')}>
              {x.length < 2 ? (
                <p className="text-soft">{t('overview.gathering')}</p>
              ) : (
                <Plot
                  title={t('overview.peers')}
                  x={x}
                  height={PLOT_HEIGHT}
                  minTop={4}
                  formatY={value => number(value)}
                  series={[
                    {
                      label: t('overview.series.in'),
                      color: 'in',
                      y: samples.map(sample => sample.inbound),
                      isStepped: true,
                    },
                    {
                      label: t('overview.series.out'),
                      color: 'out',
                      y: samples.map(sample => sample.outbound),
                      isStepped: true,
                    },
                  ]}
                />
              )}
            </Section>
            <Section title={t('overview.traffic')}>
              {x.length < 2 ? (
                <p className="text-soft">{t('overview.gathering')}</p>
              ) : (
                <Plot
                  title={t('overview.traffic')}
                  x={x}
                  height={PLOT_HEIGHT}
                  minTop={1000}
                  formatY={rate}
                  series={[
                    {
                      label: t('overview.series.down'),
                      color: 'in',
                      y: samples.map(sample => sample.rateIn),
                      isFilled: true,
                    },
                    { label: t('overview.series.up'), color: 'out', y: samples.map(sample => sample.rateOut) },
                  ]}
                />
              )}
            </Section>
          </div>
          <div className="grid gap-4 lg:grid-cols-2">
            <Networks />
            <PlaygroundCard />
          </div>
        </div>
      </div>
      <FirstRun />
    </Page>
  )
}

function Tiles(): ReactNode {
  const { t, number, rate, bytes, latency } = useI18n()
  const now = useOverview()
  if (now === null) return null
  const tiles: readonly (readonly [string, string, string])[] = [
    [t('overview.tile.inbound'), number(now.inbound), t('overview.tile.of', { limit: number(now.maxInbound) })],
    [
      t('overview.tile.outbound'),
      number(now.outbound),
      t('overview.tile.target', { limit: number(now.targetOutbound) }),
    ],
    [
      t('overview.tile.known'),
      number(now.known),
      t('overview.tile.busy', { handshaking: now.handshaking, dialing: now.dialing }),
    ],
    [t('overview.tile.bans'), number(now.bansToday), t('overview.tile.inForce', { count: number(now.bans) })],
    [t('overview.tile.down'), rate(now.rateIn), t('overview.tile.total', { bytes: bytes(now.bytesIn) })],
    [t('overview.tile.up'), rate(now.rateOut), t('overview.tile.total', { bytes: bytes(now.bytesOut) })],
  ]
  return (
    <div>
      <dl className="grid grid-cols-3 gap-3 xl:grid-cols-6">
        {tiles.map(([label, value, note]) => (
          <div key={label} className="flex flex-col rounded-lg border border-line bg-raised px-4 py-3">
            <dt className="text-sm text-soft">{label}</dt>
            <dd className="num text-xl font-semibold">{value}</dd>
            <dd className="num text-sm text-faint">{note}</dd>
          </div>
        ))}
      </dl>
      <p className="num mt-1.5 text-right text-sm text-faint">
        {t('overview.tile.health', { delay: latency(now.loopDelayMs), memory: bytes(now.memoryBytes) })}
      </p>
    </div>
  )
}

function Networks(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const networks = useNetworks()
  return (
    <Section title={t('overview.networks')}>
      <div className="flex flex-col gap-3">
        {networks.map(({ id, title, isOn, listening }) => (
          <Switch
            key={id}
            label={title}
            hint={
              isOn
                ? listening.length > 0
                  ? t('overview.listening', { on: listening.join(', ') })
                  : t('overview.notListening')
                : t('overview.off')
            }
            isOn={isOn}
            onChange={on => void perform(i18n, ask('networks.switch', { network: id, on }))}
          />
        ))}
      </div>
    </Section>
  )
}

function PlaygroundCard(): ReactNode {
  const { t } = useI18n()
  const playground = usePlayground()
  if (playground?.isRunning !== true) return null
  return (
    <Section title={t('overview.playground')}>
      <ul className="flex flex-col gap-1">
        {playground.peers.map(peer => (
          <li key={peer.address} className="flex items-center gap-2">
            <span className="w-44 shrink-0">
              <AddressText address={peer.address} />
            </span>
            <Badge tone={peer.isConnected ? 'good' : 'plain'}>{peer.kind}</Badge>
            <span className="truncate text-soft">{peer.text}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
