/** The frame of a page: its title, actions beside it, and the content that fills the rest. */
import type { ReactNode } from 'react'

interface PageProps {
  readonly title: string
  /** A few words or badges right of the title. */
  readonly aside?: ReactNode
  /** Buttons at the far end of the title row; the most used last. */
  readonly actions?: ReactNode
  readonly children?: ReactNode
}

export function Page({ title, aside, actions, children }: PageProps): ReactNode {
  return (
    <section className="flex h-full min-h-0 flex-col" aria-labelledby="page-title">
      <header className="flex h-12 shrink-0 items-center gap-3 px-5">
        <h1 id="page-title" tabIndex={-1} className="rounded-sm text-lg font-semibold tracking-tight outline-none">
          {title}
        </h1>
        <div className="flex min-w-0 flex-1 items-center gap-2 text-soft">{aside}</div>
        <div className="flex items-center gap-2">{actions}</div>
      </header>
      <div className="flex min-h-0 flex-1 flex-col">{children}</div>
    </section>
  )
}

/** A titled part of a page, drawn as a card. */
export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}): ReactNode {
  return (
    <section aria-label={title} className="rounded-lg border border-line bg-raised">
      <header className="flex h-9 items-center justify-between gap-3 border-b border-line px-4">
        <h2 className="text-sm font-semibold text-soft">{title}</h2>
        {aside}
      </header>
      <div className="p-4">{children}</div>
    </section>
  )
}
