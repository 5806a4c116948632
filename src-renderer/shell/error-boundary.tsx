/** Keeps a fault in one page from taking the window down: says what happened and offers to try again. */
import { Component, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { Empty } from '../components/empty.tsx'
import { useI18n } from '../i18n/context.tsx'

interface State {
  readonly reason: string | null
}

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { reason: null }

  static getDerivedStateFromError(error: unknown): State {
    return { reason: error instanceof Error ? error.message : String(error) }
  }

  override render(): ReactNode {
    if (this.state.reason === null) return this.props.children
    return <Failed reason={this.state.reason} onRetry={() => this.setState({ reason: null })} />
  }
}

function Failed({ reason, onRetry }: { readonly reason: string; readonly onRetry: () => void }): ReactNode {
  const { t } = useI18n()
  return (
    <Empty
      title={t('error.title')}
      text={t('error.text', { reason })}
      action={<Button onClick={onRetry}>{t('action.retry')}</Button>}
    />
  )
}
