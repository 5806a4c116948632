/** Lines of the log that match, pulled by cursor as they come: at most as many as the page keeps. */
import { useEffect, useRef, useState } from 'react'
import type { LogLine } from '../../../src-preload/contract.ts'
import { ask } from '../../live/ask.ts'
import { useLive } from '../../live/hooks.ts'

/** Lines kept in the page; older ones are in the ring and the file. */
export const MAX_LINES = 5000
const A_PULL = 1000

export interface LineFilter {
  readonly level: LogLine['level']
  readonly rooms: string[]
  readonly text: string
}

interface Lines {
  readonly lines: readonly LogLine[]
  readonly rooms: readonly string[]
  readonly missed: number
}

const NONE: Lines = { lines: [], rooms: [], missed: 0 }

/** Pulls while the page is open: once at first and at every change of the filter, then what is new. */
export function useLines(filter: LineFilter): Lines {
  const newest = useLive(state => state.logCursor)
  const [held, setHeld] = useState<Lines>(NONE)
  const pulling = useRef<{ filter: LineFilter; after: number | undefined; isBusy: boolean }>({
    filter,
    after: undefined,
    isBusy: false,
  })

  useEffect(() => {
    const state = pulling.current
    if (state.filter !== filter) pulling.current = { filter, after: undefined, isBusy: false }
    const mine = pulling.current
    const pull = async (): Promise<void> => {
      if (mine.isBusy) return
      mine.isBusy = true
      try {
        const isFirst = mine.after === undefined
        const answer = await ask('logs.tail', {
          ...filter,
          limit: A_PULL,
          ...(mine.after === undefined ? {} : { after: mine.after }),
        })
        if (pulling.current !== mine) return
        mine.after = answer.cursor
        setHeld(before => ({
          lines: [...(isFirst ? [] : before.lines), ...answer.lines].slice(-MAX_LINES),
          rooms: answer.rooms,
          missed: (isFirst ? 0 : before.missed) + answer.missed,
        }))
      } catch {
        // The link is gone; the banner says so, and the next change of the cursor tries again.
      } finally {
        mine.isBusy = false
      }
    }
    void pull()
  }, [filter, newest])
  return held
}
