/** Whether a table's order must stand still: the pointer is over it, it has the focus and was just used, or a menu or dialog is open. */
import { useEffect, useRef, useState } from 'react'
import { useIsDialogOpen } from '../open-dialogs.ts'

/** A focused table that nobody touches is free to sort again after this. */
const IDLE_MS = 15_000

interface Hold {
  readonly isHeld: boolean
  /** Says that the keyboard was used. */
  readonly touch: () => void
  readonly handlers: {
    readonly onPointerEnter: () => void
    readonly onPointerLeave: () => void
    readonly onFocus: () => void
    readonly onBlur: () => void
  }
}

export function useHold(isMenuOpen: boolean): Hold {
  const [isOver, setOver] = useState(false)
  const [isUsed, setUsed] = useState(false)
  const isDialogOpen = useIsDialogOpen()
  const timer = useRef(0)
  const touch = (): void => {
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => setUsed(false), IDLE_MS)
    setUsed(true)
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  return {
    isHeld: isOver || isUsed || isMenuOpen || isDialogOpen,
    touch,
    handlers: {
      onPointerEnter: () => setOver(true),
      onPointerLeave: () => setOver(false),
      onFocus: touch,
      onBlur: () => {
        clearTimeout(timer.current)
        setUsed(false)
      },
    },
  }
}
