/** Menus: one under a button, one at the pointer for a row. Items say why they cannot be chosen. */
import Check from 'lucide-react/icons/check'
import ChevronRight from 'lucide-react/icons/chevron-right'
import { DropdownMenu } from 'radix-ui'
import type { ComponentType, ReactNode } from 'react'
import { Kbd } from './kbd.tsx'

export interface MenuAction {
  readonly label: string
  readonly onSelect: () => void
  readonly Icon?: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>
  readonly tone?: 'bad'
  readonly keys?: string
  readonly isChecked?: boolean
  /** Why it cannot be chosen; shown under it. */
  readonly disabledWhy?: string | undefined
}
interface SubMenu {
  readonly label: string
  readonly Icon?: MenuAction['Icon']
  readonly items: readonly MenuItem[]
}
/** `line` separates groups. */
export type MenuItem = MenuAction | SubMenu | 'line'

const PANEL = 'z-50 min-w-52 max-w-80 rounded-lg bg-raised p-1 text-base text-ink shadow-pop'
const ITEM =
  'flex min-h-7 items-center gap-2 rounded-md px-2 outline-none data-highlighted:bg-chosen data-disabled:text-faint'

/** A menu that opens under the control given as its trigger. */
export function Menu({
  trigger,
  items,
}: {
  readonly trigger: ReactNode
  readonly items: readonly MenuItem[]
}): ReactNode {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={PANEL} align="end" sideOffset={4} collisionPadding={8}>
          <Items items={items} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

interface MenuAtProps {
  /** Client coordinates in pixels. */
  readonly at: { readonly x: number; readonly y: number }
  /** Names what the menu acts on. */
  readonly subject: string
  readonly items: readonly MenuItem[]
  readonly onClose: () => void
  /** Where the focus goes afterwards, unless an item took it elsewhere. */
  readonly returnFocus: () => void
}

/** A menu at a point, open while it is mounted: the context menu of rows. */
export function MenuAt({ at, subject, items, onClose, returnFocus }: MenuAtProps): ReactNode {
  return (
    <DropdownMenu.Root
      open
      modal={false}
      onOpenChange={isOpen => {
        if (!isOpen) onClose()
      }}
    >
      <DropdownMenu.Trigger asChild>
        <span aria-hidden="true" className="pointer-events-none fixed size-0" style={{ left: at.x, top: at.y }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className={PANEL}
          align="start"
          sideOffset={2}
          collisionPadding={8}
          aria-label={subject}
          onCloseAutoFocus={event => {
            event.preventDefault()
            if (document.querySelector('dialog[open]') === null) returnFocus()
          }}
        >
          <DropdownMenu.Label className="truncate px-2 pt-0.5 pb-1 text-sm text-soft">{subject}</DropdownMenu.Label>
          <Items items={items} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function Items({ items }: { readonly items: readonly MenuItem[] }): ReactNode {
  return items.map((item, index) => {
    if (item === 'line') return <DropdownMenu.Separator key={`line ${String(index)}`} className="my-1 h-px bg-line" />
    if ('items' in item) {
      return (
        <DropdownMenu.Sub key={item.label}>
          <DropdownMenu.SubTrigger className={ITEM}>
            <Face item={item} />
            <ChevronRight size={14} aria-hidden className="text-faint" />
          </DropdownMenu.SubTrigger>
          <DropdownMenu.Portal>
            <DropdownMenu.SubContent className={PANEL} collisionPadding={8} sideOffset={4}>
              <Items items={item.items} />
            </DropdownMenu.SubContent>
          </DropdownMenu.Portal>
        </DropdownMenu.Sub>
      )
    }
    return (
      <DropdownMenu.Item
        key={item.label}
        className={`${ITEM} ${item.tone === 'bad' ? 'text-bad' : ''}`}
        disabled={item.disabledWhy !== undefined}
        onSelect={item.onSelect}
      >
        <Face item={item} why={item.disabledWhy} />
        {item.isChecked === true ? <Check size={14} aria-hidden /> : null}
        {item.keys === undefined ? null : <Kbd keys={item.keys} />}
      </DropdownMenu.Item>
    )
  })
}

function Face({ item, why }: { readonly item: MenuAction | SubMenu; readonly why?: string | undefined }): ReactNode {
  return (
    <>
      <span className="flex w-4 justify-center">
        {item.Icon === undefined ? null : <item.Icon size={14} aria-hidden />}
      </span>
      <span className="min-w-0 flex-1">
        {item.label}
        {why === undefined ? null : <span className="block text-xs text-faint">{why}</span>}
      </span>
    </>
  )
}
