/** Every network with its switch, and where it listens. */
import type { ReactNode } from 'react'
import type { NetworkRecord } from '../../../src-preload/contract.ts'
import { Section } from '../../components/page.tsx'
import { Switch } from '../../components/switch.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { ask } from '../../live/ask.ts'
import { useNetworks } from '../../live/hooks.ts'
import { perform } from '../../shell/perform.ts'
import { toast } from '../../shell/ui-store.ts'

async function turn(i18n: I18n, network: NetworkRecord, on: boolean): Promise<void> {
  const done = await perform(i18n, ask('networks.switch', { network: network.id, on }))
  if (done === undefined) return
  toast(
    i18n.t(on ? 'overview.networks.done.on' : 'overview.networks.done.off', { network: network.title }),
    () => void perform(i18n, ask('networks.switch', { network: network.id, on: !on })),
  )
}

export function NetworksCard(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const networks = useNetworks()
  return (
    <Section title={t('overview.networks')}>
      <ul className="grid grid-cols-2 gap-x-6 gap-y-3">
        {networks.map(network => (
          <li key={network.id}>
            <Switch
              label={network.title}
              isOn={network.isOn}
              onChange={on => void turn(i18n, network, on)}
              hint={
                <span className="selectable num break-words">
                  {!network.isOn
                    ? t('overview.networks.off')
                    : network.listening.length === 0
                      ? t('overview.networks.notListening')
                      : t('overview.networks.listening', { addresses: network.listening.join(', ') })}
                </span>
              }
            />
          </li>
        ))}
      </ul>
    </Section>
  )
}
