/** Buttons. A disabled one keeps its place in the focus order and says why it is disabled. */
import type { ComponentType, ReactNode, Ref } from 'react'
import { Hint } from './hint.tsx'

type Look = 'plain' | 'primary' | 'danger' | 'quiet'

const LOOKS: Record<Look, string> = {
  plain: 'border border-line bg-raised text-ink hover:bg-hover',
  primary: 'border border-transparent bg-accent text-accent-ink hover:brightness-110',
  danger: 'border border-transparent bg-bad-solid text-canvas hover:brightness-110',
  quiet: 'border border-transparent text-soft hover:bg-hover hover:text-ink',
}
const BASE =
  'inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md text-sm font-medium whitespace-nowrap ' +
  'transition-colors aria-disabled:opacity-50 aria-disabled:hover:brightness-100'

type Icon = ComponentType<{ size?: number; 'aria-hidden'?: boolean }>

interface ButtonProps {
  readonly children: ReactNode
  readonly onClick?: () => void
  readonly look?: Look
  readonly Icon?: Icon
  /** Why it cannot be pressed; undefined when it can. */
  readonly disabledWhy?: string | undefined
  /** Explains it on hover and focus. */
  readonly hint?: string
  readonly isPressed?: boolean
  readonly type?: 'button' | 'submit'
  readonly autoFocus?: boolean
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button(props: ButtonProps): ReactNode {
  const { children, onClick, look = 'plain', Icon, disabledWhy, hint, isPressed, type = 'button', ref, ...rest } = props
  const button = (
    <button
      ref={ref}
      {...rest}
      type={type === 'submit' && disabledWhy === undefined ? 'submit' : 'button'}
      aria-disabled={disabledWhy !== undefined || undefined}
      aria-pressed={isPressed}
      onClick={disabledWhy === undefined ? onClick : undefined}
      className={`${BASE} px-2.5 ${isPressed === true ? 'bg-chosen text-ink' : LOOKS[look]}`}
    >
      {Icon === undefined ? null : <Icon size={14} aria-hidden />}
      {children}
    </button>
  )
  const said = disabledWhy ?? hint
  return said === undefined ? button : <Hint text={said}>{button}</Hint>
}

interface IconButtonProps {
  /** Its name for everybody: shown as a hint, read aloud. */
  readonly label: string
  readonly Icon: Icon
  readonly onClick?: () => void
  readonly disabledWhy?: string | undefined
  readonly isPressed?: boolean
  readonly ref?: Ref<HTMLButtonElement>
}

export function IconButton(props: IconButtonProps): ReactNode {
  const { label, Icon, onClick, disabledWhy, isPressed, ref } = props
  return (
    <Hint text={disabledWhy ?? label}>
      <button
        ref={ref}
        type="button"
        aria-label={label}
        aria-pressed={isPressed}
        aria-disabled={disabledWhy !== undefined || undefined}
        onClick={disabledWhy === undefined ? onClick : undefined}
        className={`${BASE} w-7 ${isPressed === true ? 'bg-chosen text-ink' : LOOKS.quiet}`}
      >
        <Icon size={15} aria-hidden />
      </button>
    </Hint>
  )
}
