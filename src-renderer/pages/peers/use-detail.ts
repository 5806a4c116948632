/** Asks for a peer's details while the drawer is open: at most once a second, not while the page is hidden. */
import { useEffect, useState } from 'react'
import type { PeerDetail } from '../../../src-preload/contract.ts'
import { ask, AskError } from '../../live/ask.ts'

const REFRESH_MS = 1000

interface Detail {
  /** The newest answer; kept when the peer goes, so that what it did can still be read. */
  readonly detail: PeerDetail | null
  readonly isGone: boolean
}

export function useDetail(id: string): Detail {
  const [held, hold] = useState<Detail>({ detail: null, isGone: false })
  useEffect(() => {
    let isOver = false
    let timer = 0
    const turn = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const detail = await ask('peers.get', { id })
          if (!isOver) hold({ detail, isGone: false })
        } catch (error) {
          const isGone = error instanceof AskError && error.code === 'not-found'
          if (!isOver && isGone) hold(before => ({ ...before, isGone: true }))
          if (isGone) return
        }
      }
      if (!isOver) timer = window.setTimeout(() => void turn(), REFRESH_MS)
    }
    void turn()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [id])
  return held
}
