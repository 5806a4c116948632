/** The score of a peer drawn over time: decay between events, the two lines, each jump numbered and explained below. */
import { useMemo, type ReactNode } from 'react'
import type UPlot from 'uplot'
import type { ScoreEvent } from '../../../src-preload/contract.ts'
import { DrawerPart } from '../../components/drawer.tsx'
import { Plot, type Series } from '../../components/plot.tsx'
import { ScoreBar } from '../../components/score-bar.tsx'
import { themeColor } from '../../components/theme-colors.ts'
import { Foreign, RelativeTime } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { useNow } from '../../live/clock.ts'
import { backBelow, scoreAt, scoreCurve, type ScoreState } from './score-curve.ts'

/** The picture goes back this far, or to the first event when that is later, and forward by a share of it. */
const LONGEST_MS = 1_800_000
const SHORTEST_MS = 120_000
const AHEAD = 0.35

export function ScorePart({ score }: { readonly score: ScoreState }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const present = useNow()
  const value = scoreAt(score, present, score)
  return (
    <DrawerPart
      title={t('peers.drawer.score')}
      aside={
        <span className="w-32">
          <ScoreBar score={value} warnAt={score.warnAt} banAbove={score.banAbove} />
        </span>
      }
    >
      {score.events.length === 0 && value === 0 ? (
        <p className="text-soft">{t('peers.score.clean')}</p>
      ) : (
        <>
          <ScorePlot score={score} present={present} />
          <p className="mt-2 text-sm text-soft">
            {t('peers.score.parts', {
              persistent: score.persistent,
              transient: value - score.persistent,
              half: i18n.duration(score.halfLifeMs),
            })}
          </p>
          <Outlook score={score} present={present} />
          <Events events={score.events} />
        </>
      )}
    </DrawerPart>
  )
}

/** When it will be below the next line, in words. */
function Outlook({ score, present }: { readonly score: ScoreState; readonly present: number }): ReactNode {
  const { t, relative, exact } = useI18n()
  const lines = [
    [score.banAbove, 'peers.score.backBan'],
    [score.warnAt, 'peers.score.backWarn'],
    [score.persistent, 'peers.score.backClean'],
  ] as const
  for (const [line, text] of lines) {
    const at = backBelow(score, line, present)
    if (at === null) continue
    if (at === 'never') return <p className="font-medium text-bad">{t('peers.score.never')}</p>
    return (
      <p className="font-medium" title={exact(at)}>
        {t(text, { when: relative(at, present) })}
      </p>
    )
  }
  return null
}

function ScorePlot({ score, present }: { readonly score: ScoreState; readonly present: number }): ReactNode {
  const i18n = useI18n()
  const first = score.events[0]?.at ?? present
  const from = Math.max(present - LONGEST_MS, Math.min(first - 20_000, present - SHORTEST_MS))
  const to = present + (present - from) * AHEAD
  const curve = useMemo(() => scoreCurve(score, from, present, to), [score, from, present, to])
  const series: readonly Series[] = [
    { label: i18n.t('peers.drawer.score'), color: 'accent', y: curve.past, isFilled: true },
    { label: '', color: 'accent', y: curve.coming, dash: [4, 4] },
  ]
  const onDraw = useMemo(() => drawMarks(i18n, score), [i18n, score])
  return (
    <Plot
      title={i18n.t('peers.score.chart')}
      x={curve.x}
      series={series}
      height={168}
      axisWidth={36}
      formatY={value => i18n.number(value)}
      minTop={score.banAbove * 1.15}
      xRange={[from, to]}
      onDraw={onDraw}
    />
  )
}

/** The two lines with their names, and a number at each jump. */
function drawMarks(i18n: I18n, score: ScoreState): (plot: UPlot) => void {
  return plot => {
    const { ctx } = plot
    const { left, top, width } = plot.bbox
    const scale = devicePixelRatio
    ctx.save()
    ctx.font = `${String(10 * scale)}px system-ui, sans-serif`
    const line = (value: number, color: string, text: string): void => {
      const y = plot.valToPos(value, 'y', true)
      if (y < top) return
      ctx.strokeStyle = color
      ctx.fillStyle = color
      ctx.lineWidth = scale
      ctx.setLineDash([3 * scale, 3 * scale])
      ctx.beginPath()
      ctx.moveTo(left, y)
      ctx.lineTo(left + width, y)
      ctx.stroke()
      ctx.textAlign = 'right'
      ctx.textBaseline = 'bottom'
      ctx.fillText(text, left + width, y - scale)
    }
    line(score.warnAt, themeColor('warn'), i18n.t('peers.score.warnLine', { at: score.warnAt }))
    line(score.banAbove, themeColor('bad'), i18n.t('peers.score.banLine', { at: score.banAbove }))
    ctx.setLineDash([])
    ctx.textAlign = 'center'
    ctx.textBaseline = 'middle'
    score.events.forEach((event, index) => {
      const x = plot.valToPos(event.at, 'x', true)
      if (x < left) return
      const y = Math.max(top + 8 * scale, plot.valToPos(event.after, 'y', true) - 10 * scale)
      ctx.fillStyle = themeColor('accent')
      ctx.beginPath()
      ctx.arc(x, y, 7 * scale, 0, 2 * Math.PI)
      ctx.fill()
      ctx.fillStyle = themeColor('raised')
      ctx.fillText(String(index + 1), x, y)
    })
    ctx.restore()
  }
}

function Events({ events }: { readonly events: readonly ScoreEvent[] }): ReactNode {
  const { t } = useI18n()
  return (
    <ol className="mt-3 flex flex-col gap-2">
      {events
        .map((event, index) => ({ event, number: index + 1 }))
        .toReversed()
        .map(({ event, number }) => (
          <li key={number} className="flex gap-2">
            <span className="num mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-full bg-accent text-xs text-accent-ink">
              {number}
            </span>
            <div className="min-w-0 flex-1">
              <div className="flex justify-between gap-2">
                <span className="font-medium">{event.rule}</span>
                <span className="num shrink-0 text-soft">
                  {t('peers.score.event', { added: event.persistent + event.transient, after: event.after })}
                </span>
              </div>
              <div className="flex justify-between gap-2 text-sm text-soft">
                <span className="selectable min-w-0 break-words">
                  <Foreign
                    isWrapped
                    text={event.message === null ? event.evidence : `${event.message}: ${event.evidence}`}
                  />
                </span>
                <span className="shrink-0">
                  <RelativeTime at={event.at} />
                </span>
              </div>
            </div>
          </li>
        ))}
    </ol>
  )
}
