/** The window of samples for a span: asked from the client, then kept current by the live gauge. */
import { useEffect, useState } from 'react'
import { ask } from '../../live/ask.ts'
import { useLive } from '../../live/hooks.ts'
import { live } from '../../live/store.ts'
import { reasonOf } from '../../shell/perform.ts'
import { addSample, SPAN_MS, windowOf, type Span, type TrafficWindow } from './traffic-window.ts'

interface Traffic {
  /** Null until the history has come. */
  readonly held: TrafficWindow | null
  /** Why there is none. */
  readonly failure: string | null
}

/** Asked again when the span changes and when the link is back, since live samples were missed. */
export function useTraffic(span: Span): Traffic {
  const [traffic, setTraffic] = useState<Traffic>({ held: null, failure: null })
  const isLive = useLive(state => state.link === 'live')
  useEffect(() => {
    let isCurrent = true
    ask('traffic.history', { span })
      .then(({ stepMs, samples }) => {
        if (isCurrent) setTraffic({ held: windowOf(SPAN_MS[span], stepMs, samples), failure: null })
      })
      .catch((error: unknown) => {
        if (isCurrent) setTraffic(before => ({ ...before, failure: reasonOf(error) }))
      })
    return () => {
      isCurrent = false
    }
  }, [span, isLive])
  useEffect(
    () =>
      live.subscribe((state, before) => {
        const { traffic: sample } = state
        if (sample === null || sample === before.traffic) return
        setTraffic(known => {
          if (known.held === null) return known
          const held = addSample(known.held, sample)
          return held === known.held ? known : { ...known, held }
        })
      }),
    [],
  )
  return traffic
}
