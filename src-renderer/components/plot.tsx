/**
 * Plots over time by uPlot, on canvas. Drawn again only when the data, the size or the theme changed; a screen reader
 * gets a sentence instead of the picture. Keep the identity of `x` and of each `y` while nothing changed.
 */
import { useEffect, useRef, type ReactNode } from 'react'
import UPlot from 'uplot'
import { useI18n } from '../i18n/context.tsx'
import { themeColor, useThemeVersion } from './theme-colors.ts'

export interface Series {
  readonly label: string
  readonly color: 'accent' | 'in' | 'out' | 'good' | 'warn' | 'bad'
  readonly y: readonly (number | null)[]
  readonly isFilled?: boolean
  /** Held until the next sample (counts) instead of drawn towards it. */
  readonly isStepped?: boolean
  readonly dash?: readonly number[]
}

interface PlotProps {
  readonly title: string
  /** Milliseconds since the epoch, ascending. */
  readonly x: readonly number[]
  readonly series: readonly Series[]
  readonly height: number
  readonly formatY: (value: number) => string
  /** Least top of the axis, so that small values are not blown up. */
  readonly minTop?: number
  readonly xRange?: readonly [number, number]
  readonly isBare?: boolean
  /** Pixels for the numbers at the left. */
  readonly axisWidth?: number
  /** Draws above the plot: threshold lines, labels. Keep its identity. */
  readonly onDraw?: (plot: UPlot) => void
}

export function Plot(props: PlotProps): ReactNode {
  const { title, x, series, height, formatY, minTop = 0, xRange, isBare = false, axisWidth = 68, onDraw } = props
  const { t, clock } = useI18n()
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(null)
  const theme = useThemeVersion()
  const latest = useRef({ formatY, clock, onDraw, xRange, minTop })
  latest.current = { formatY, clock, onDraw, xRange, minTop }
  const shape = series.map(each => `${each.label}/${each.color}/${String(each.isFilled)}`).join()

  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const axis: UPlot.Axis = {
      stroke: themeColor('faint'),
      grid: { stroke: themeColor('line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    }
    const made = new UPlot(
      {
        width: Math.max(10, element.clientWidth),
        height,
        ms: 1,
        padding: isBare ? [2, 0, 2, 0] : [10, 12, 0, 0],
        legend: { show: false },
        cursor: { show: !isBare, drag: { x: false, y: false }, points: { size: 6 } },
        scales: {
          x: {
            time: true,
            range: (_, min, max) => (latest.current.xRange as [number, number] | undefined) ?? [min, max],
          },
          y: { range: (_, __, max) => [0, Math.max(latest.current.minTop, (max || 0) * 1.12, 1e-9)] },
        },
        axes: isBare
          ? [{ show: false }, { show: false }]
          : [
              {
                ...axis,
                grid: { show: false },
                values: (drawn, splits) => splits.map(at => (isAtEdge(drawn, at) ? '' : latest.current.clock(at))),
                space: 90,
                size: 24,
              },
              {
                ...axis,
                values: (_, splits) => splits.map(value => latest.current.formatY(value)),
                size: axisWidth,
                space: 36,
              },
            ],
        series: [
          {},
          ...series.map((each): UPlot.Series => ({
            label: each.label,
            stroke: themeColor(each.color),
            width: 1.5,
            points: { show: false },
            ...(each.dash === undefined ? {} : { dash: [...each.dash] }),
            ...(each.isFilled === true ? { fill: withAlpha(themeColor(each.color), 0.12) } : {}),
            ...(each.isStepped === true && UPlot.paths.stepped !== undefined
              ? { paths: UPlot.paths.stepped({ align: 1 }) }
              : {}),
          })),
        ],
        hooks: {
          draw: [drawn => latest.current.onDraw?.(drawn)],
          setCursor: [shown => showTip(shown, element, latest.current)],
        },
      },
      [[...x], ...series.map(each => [...each.y])],
      element,
    )
    plot.current = made
    const observer = new ResizeObserver(() => {
      const width = Math.max(10, element.clientWidth)
      if (width !== made.width) made.setSize({ width, height })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [theme, shape, height, isBare])

  const ys = series.map(each => each.y)
  useEffect(() => {
    plot.current?.setData([[...x], ...ys.map(y => [...y])])
  }, [x, onDraw, ...ys])

  const main = series[0]?.y.filter(value => value !== null) ?? []
  const summary = t('plot.summary', {
    title,
    latest: formatY(main.at(-1) ?? 0),
    highest: formatY(main.reduce((top, value) => Math.max(top, value), 0)),
  })
  return (
    <div role="img" aria-label={summary} className="relative w-full" style={{ height }}>
      <div ref={host} className="absolute inset-0" />
      <div className="plot-tip num pointer-events-none absolute top-1 right-1 rounded-sm bg-raised/90 px-1.5 text-xs text-soft" />
    </div>
  )
}

/** A label this close to the right edge, in pixels, would be cut off. */
const EDGE = 28

function isAtEdge(plot: UPlot, at: number): boolean {
  return plot.valToPos(at, 'x') > plot.bbox.width / devicePixelRatio - EDGE
}

/** Writes the values under the cursor into the corner. */
function showTip(
  plot: UPlot,
  host: HTMLElement,
  { formatY, clock }: { formatY: (value: number) => string; clock: (at: number) => string },
): void {
  const tip = host.parentElement?.querySelector('.plot-tip')
  if (tip === null || tip === undefined) return
  const index = plot.cursor.idx
  const at = index === null || index === undefined ? undefined : plot.data[0][index]
  if (index === null || index === undefined || at === undefined) {
    tip.textContent = ''
    return
  }
  const values = plot.series.slice(1).map((series, each) => {
    const value = plot.data[each + 1]?.[index]
    const label = typeof series.label === 'string' ? series.label : ''
    return `${label} ${value === null || value === undefined ? '–' : formatY(value)}`
  })
  tip.textContent = [clock(at), ...values].join('  ')
}

/** `rgb(r, g, b)` or `color(...)` with an alpha. */
function withAlpha(color: string, alpha: number): string {
  return color.startsWith('rgb(') ? color.replace('rgb(', 'rgba(').replace(')', `, ${String(alpha)})`) : 'transparent'
}
