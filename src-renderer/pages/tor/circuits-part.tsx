/** Circuits, the streams on them, and which peer goes over which. */
import { useEffect, useState, type ReactNode } from 'react'
import type { CircuitRecord, TorRecord } from '../../../src-preload/contract.ts'
import { Button } from '../../components/button.tsx'
import { Empty } from '../../components/empty.tsx'
import { Section } from '../../components/page.tsx'
import { AddressText, Foreign } from '../../components/values.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { AskError, ask } from '../../live/ask.ts'
import { now, useNow } from '../../live/clock.ts'
import { perform } from '../../shell/perform.ts'
import { go, toast } from '../../shell/ui-store.ts'

/** While the page is looked at. */
const EVERY_MS = 2000

export function CircuitsPart({ tor }: { readonly tor: TorRecord }): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const [circuits, setCircuits] = useState<readonly CircuitRecord[]>([])
  const [problem, setProblem] = useState<string | null>(null)
  const present = useNow()
  const canAsk = tor.state === 'ready' && tor.hasControl
  useEffect(() => {
    if (!canAsk) return undefined
    const load = (): void => {
      ask('tor.circuits', {}).then(
        answer => {
          setCircuits(answer.circuits)
          setProblem(null)
        },
        (error: unknown) => setProblem(error instanceof AskError ? error.message : String(error)),
      )
    }
    load()
    const timer = window.setInterval(load, EVERY_MS)
    return () => clearInterval(timer)
  }, [canAsk])
  const renew = async (): Promise<void> => {
    const answer = await perform(i18n, ask('tor.newIdentity', {}))
    if (answer !== undefined) toast(t('tor.circuits.renewed', { seconds: Math.ceil(answer.actsInMs / 1000) }))
  }
  const wait = tor.newIdentityAt === null ? 0 : Math.max(0, tor.newIdentityAt - (present || now()))
  if (!canAsk) {
    return (
      <Empty
        title={t('tor.circuits.none')}
        text={t(tor.state === 'ready' ? 'tor.circuits.noControl' : 'tor.circuits.notReady')}
      />
    )
  }
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-4 p-5">
      <Section
        title={t('tor.circuits.title')}
        aside={
          <Button
            onClick={() => void renew()}
            hint={t('tor.circuits.renewHint')}
            disabledWhy={wait > 0 ? t('tor.circuits.wait', { seconds: Math.ceil(wait / 1000) }) : undefined}
          >
            {t('tor.circuits.renew')}
          </Button>
        }
      >
        {problem === null ? null : <p className="text-sm text-bad">{problem}</p>}
        <table className="w-full text-left text-sm">
          <thead className="text-soft">
            <tr>
              <th className="w-12 py-1 font-medium">{t('tor.circuits.id')}</th>
              <th className="w-28 py-1 font-medium">{t('tor.circuits.status')}</th>
              <th className="w-40 py-1 font-medium">{t('tor.circuits.purpose')}</th>
              <th className="py-1 font-medium">{t('tor.circuits.path')}</th>
              <th className="py-1 font-medium">{t('tor.circuits.streams')}</th>
            </tr>
          </thead>
          <tbody>
            {circuits.map(circuit => (
              <tr key={circuit.id} className="border-t border-line align-top">
                <td className="num py-1.5">{circuit.id}</td>
                <td className="py-1.5">{circuit.status}</td>
                <td className="py-1.5 text-soft">{circuit.purpose}</td>
                <td className="py-1.5 pr-3">
                  <Foreign text={circuit.path.join(' → ')} isWrapped />
                </td>
                <td className="py-1.5">
                  {circuit.streams.length === 0 ? <span className="text-faint">–</span> : null}
                  {circuit.streams.map(({ id, target, peer }) => (
                    <div key={id} className="flex items-center gap-2">
                      <AddressText address={target} max={32} />
                      {peer === null ? null : (
                        <button type="button" className="text-accent hover:underline" onClick={() => go('peers', peer)}>
                          {t('tor.circuits.peer')}
                        </button>
                      )}
                    </div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </div>
  )
}
