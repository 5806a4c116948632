/** The three questions of the first run, sensible answers filled in. Nothing else of the page is shown meanwhile. */
import { useState, type ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Choices } from '../../components/choices.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask, AskError } from '../../live/ask.ts'
import { useNetworks } from '../../live/hooks.ts'
import { live } from '../../live/store.ts'
import { perform, reasonOf } from '../../shell/perform.ts'
import { startPlayground } from '../../shell/playground.ts'
import { go, toastFailure } from '../../shell/ui-store.ts'
import { PLAYGROUND, settingsOf, type Answers } from './first-run-answers.ts'

const USUAL_PROXY = '127.0.0.1:1080'

/** Leaves the questions; the client knows that they were answered or put away. */
function leave(): void {
  const { about } = live.getState()
  if (about !== null) live.setState({ about: { ...about, isFirstRun: false } })
}

export function FirstRun(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const networks = useNetworks()
  const [answers, setAnswers] = useState<Answers>({ network: '', reach: 'direct', proxy: USUAL_PROXY, accepts: true })
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const network = answers.network === '' ? (networks[0]?.id ?? PLAYGROUND) : answers.network
  const isPlay = network === PLAYGROUND
  const answer = (part: Partial<Answers>): void => {
    setAnswers(held => ({ ...held, ...part }))
    setError(undefined)
  }
  const start = async (): Promise<void> => {
    if (isBusy) return
    if (!isPlay && answers.reach === 'proxy' && answers.proxy.trim() === '') {
      setError(t('overview.first.proxyEmpty'))
      return
    }
    setBusy(true)
    try {
      const found = answers.reach === 'tor' && !isPlay ? await ask('tor.find', {}) : null
      await ask('settings.set', { changes: settingsOf({ ...answers, network }, found) })
      leave()
      if (answers.reach === 'tor' && !isPlay) go('tor')
      if (isPlay) await startPlayground(i18n)
    } catch (failure) {
      const atField =
        failure instanceof AskError
          ? Object.entries(failure.details).find(([key]) => key.includes('routes.proxy'))?.[1]
          : undefined
      if (atField === undefined) toastFailure(t('toast.failed', { reason: reasonOf(failure) }))
      else setError(atField)
    } finally {
      setBusy(false)
    }
  }
  // What a test network or regtest is, nobody needs to know on the first day: those without seeds are left to Settings.
  const offered = networks.filter(each => each.hasSeeds)
  return (
    <form
      aria-label={t('overview.first.title')}
      className="mx-auto flex w-full max-w-2xl flex-col gap-5 overflow-y-auto px-5 pt-2 pb-8"
      onSubmit={event => {
        event.preventDefault()
        void start()
      }}
    >
      <header>
        <h2 className="text-xl font-semibold">{t('overview.first.title')}</h2>
        <p className="text-soft">{t('overview.first.text')}</p>
      </header>
      <Question
        title={t('overview.first.network')}
        value={network}
        onChange={value => answer({ network: value })}
        choices={[
          ...offered.map(each => ({
            value: each.id,
            label: each.title,
            hint: t('overview.first.port', { port: String(each.defaultPort) }),
          })),
          { value: PLAYGROUND, label: t('overview.first.playground'), hint: t('overview.first.playgroundHint') },
        ]}
      />
      {isPlay ? null : (
        <>
          <Question
            title={t('overview.first.reach')}
            value={answers.reach}
            onChange={value => answer({ reach: value })}
            choices={[
              { value: 'direct', label: t('overview.first.direct'), hint: t('overview.first.directHint') },
              { value: 'tor', label: t('overview.first.tor'), hint: t('overview.first.torHint') },
              { value: 'proxy', label: t('overview.first.proxy'), hint: t('overview.first.proxyHint') },
            ]}
          >
            {answers.reach === 'proxy' ? (
              <div className="mt-2 max-w-72 pl-6">
                <TextField
                  label={t('overview.first.proxyAddress')}
                  value={answers.proxy}
                  onChange={value => answer({ proxy: value })}
                  error={error}
                  maxLength={300}
                  isMono
                />
              </div>
            ) : null}
          </Question>
          <Question
            title={t('overview.first.inbound')}
            value={answers.accepts ? 'yes' : 'no'}
            onChange={value => answer({ accepts: value === 'yes' })}
            choices={[
              { value: 'yes', label: t('overview.first.accept'), hint: t('overview.first.acceptHint') },
              { value: 'no', label: t('overview.first.refuse'), hint: t('overview.first.refuseHint') },
            ]}
          />
        </>
      )}
      <footer className="flex gap-2">
        <Button type="submit" look="primary">
          {t('overview.first.start')}
        </Button>
        <Button look="quiet" onClick={() => void perform(i18n, ask('app.dismissFirstRun', {})).then(leave)}>
          {t('overview.first.skip')}
        </Button>
      </footer>
    </form>
  )
}

interface QuestionProps<V extends string> {
  readonly title: string
  readonly value: V
  readonly choices: readonly { readonly value: V; readonly label: string; readonly hint: string }[]
  readonly onChange: (value: V) => void
  readonly children?: ReactNode
}

function Question<V extends string>({ title, children, ...choices }: QuestionProps<V>): ReactNode {
  return (
    <fieldset className="rounded-lg border border-line bg-raised px-4 pt-1 pb-3">
      <legend className="px-1 font-semibold">{title}</legend>
      <Choices {...choices} />
      {children}
    </fieldset>
  )
}
