/** Samples of a span: asked once, then the newest one appended each second. */
import { useEffect, useState } from 'react'
import type { Input, Sample } from '../../../src-preload/contract.ts'
import { ask } from '../../live/ask.ts'
import { useLive } from '../../live/hooks.ts'

export type Span = Input<'traffic.history'>['span']
export const SPANS: readonly Span[] = ['1m', '5m', '30m', '3h', '24h']
const SPAN_MS: Record<Span, number> = {
  '1m': 60_000,
  '5m': 300_000,
  '30m': 1_800_000,
  '3h': 10_800_000,
  '24h': 86_400_000,
}

interface History {
  readonly span: Span
  readonly stepMs: number
  readonly samples: readonly Sample[]
}

export function useHistory(span: Span): History {
  const newest = useLive(state => state.traffic)
  const [held, setHeld] = useState<History>({ span, stepMs: 1000, samples: [] })
  useEffect(() => {
    let isGone = false
    ask('traffic.history', { span }).then(
      answer => {
        if (!isGone) setHeld({ span, ...answer })
      },
      () => {},
    )
    return () => {
      isGone = true
    }
  }, [span])
  useEffect(() => {
    if (newest === null) return
    setHeld(before => {
      const last = before.samples.at(-1)?.at ?? 0
      if (newest.at - last < before.stepMs) return before
      const from = newest.at - SPAN_MS[before.span]
      return { ...before, samples: [...before.samples.filter(sample => sample.at >= from), newest] }
    })
  }, [newest])
  return held
}
