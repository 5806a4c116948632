/** Peers and traffic over time, with one choice of span for both. */
import { useMemo, useState, type ReactNode } from 'react'
import type { Sample } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { Plot, type Series } from '../../components/plot.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { SPANS, type Span } from './traffic-window.ts'
import { useTraffic } from './use-traffic.ts'

const HEIGHT = 132
const NONE: readonly Sample[] = []
const REMEMBERED = 'warren.overview.span'

function rememberedSpan(): Span {
  const held = localStorage.getItem(REMEMBERED)
  return SPANS.find(span => span === held) ?? '5m'
}

export function HistoryPlots(): ReactNode {
  const { t, number, rate } = useI18n()
  const [span, setSpan] = useState<Span>(rememberedSpan)
  const { held, failure } = useTraffic(span)
  const samples = held?.samples ?? NONE
  const spanMs = held?.spanMs
  const drawn = useMemo(() => {
    const last = samples.at(-1)?.at
    const of = (field: 'inbound' | 'outbound' | 'rateIn' | 'rateOut'): number[] => samples.map(each => each[field])
    return {
      x: samples.map(each => each.at),
      range: last === undefined || spanMs === undefined ? undefined : ([last - spanMs, last] as const),
      inbound: of('inbound'),
      outbound: of('outbound'),
      rateIn: of('rateIn'),
      rateOut: of('rateOut'),
    }
  }, [samples, spanMs])
  const peers: readonly Series[] = [
    { label: t('overview.plot.inbound'), color: 'in', y: drawn.inbound, isStepped: true },
    { label: t('overview.plot.outbound'), color: 'out', y: drawn.outbound, isStepped: true, dash: [5, 3] },
  ]
  const traffic: readonly Series[] = [
    { label: t('overview.plot.received'), color: 'in', y: drawn.rateIn, isFilled: true },
    { label: t('overview.plot.sent'), color: 'out', y: drawn.rateOut, dash: [5, 3] },
  ]
  const range = drawn.range === undefined ? {} : { xRange: drawn.range }
  return (
    <>
      <Section
        title={t('overview.plot.peers')}
        aside={
          <div className="flex items-center gap-4">
            <Legend series={peers} />
            <div role="group" aria-label={t('overview.span')} className="flex">
              {SPANS.map(each => (
                <Button
                  key={each}
                  look="quiet"
                  isPressed={each === span}
                  onClick={() => {
                    setSpan(each)
                    localStorage.setItem(REMEMBERED, each)
                  }}
                >
                  {t(`overview.span.${each}`)}
                </Button>
              ))}
            </div>
          </div>
        }
      >
        {failure === null ? null : <p className="mb-2 text-bad">{t('overview.plot.failed', { reason: failure })}</p>}
        {failure === null && samples.length < 2 ? (
          <p className="mb-2 text-soft">{t('overview.plot.gathering')}</p>
        ) : null}
        <Plot
          title={t('overview.plot.peers')}
          x={drawn.x}
          series={peers}
          height={HEIGHT}
          formatY={value => (Number.isInteger(value) ? number(value) : value < 10 ? number(value, 1) : number(value))}
          minTop={4}
          {...range}
        />
      </Section>
      <Section title={t('overview.plot.traffic')} aside={<Legend series={traffic} />}>
        <Plot
          title={t('overview.plot.traffic')}
          x={drawn.x}
          series={traffic}
          height={HEIGHT}
          formatY={rate}
          minTop={1024}
          {...range}
        />
      </Section>
    </>
  )
}

/** Which line is which: by colour and by dash. */
function Legend({ series }: { readonly series: readonly Series[] }): ReactNode {
  return (
    <ul className="flex gap-3 text-sm text-soft">
      {series.map(each => (
        <li key={each.label} className={`flex items-center gap-1.5`}>
          <svg width="18" height="4" aria-hidden="true" className={each.color === 'in' ? 'text-in' : 'text-out'}>
            <path
              d="M0 2H18"
              stroke="currentColor"
              strokeWidth="2"
              {...(each.dash === undefined ? {} : { strokeDasharray: each.dash.join(' ') })}
            />
          </svg>
          {each.label}
        </li>
      ))}
    </ul>
  )
}
