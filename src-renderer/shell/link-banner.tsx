/** A strip above everything while the way to the client is broken: what is shown may be old, and says so. */
import type { ReactNode } from 'react'
import Unplug from 'lucide-react/icons/unplug'
import { Button } from '../components/button.tsx'
import { useI18n } from '../i18n/context.tsx'
import { useLive } from '../live/hooks.ts'

export function LinkBanner(): ReactNode {
  const { t } = useI18n()
  const link = useLive(state => state.link)
  return (
    <div role="status">
      {link === 'live' ? null : (
        <div
          className={`flex items-center gap-3 px-5 py-1.5 ${link === 'lost' ? 'bg-bad-wash text-bad' : 'bg-warn-wash text-warn'}`}
        >
          <Unplug size={14} aria-hidden />
          <span className="flex-1">{t(link === 'lost' ? 'link.lost' : 'link.reconnecting')}</span>
          {link === 'lost' ? <Button onClick={() => location.reload()}>{t('link.reload')}</Button> : null}
        </div>
      )}
    </div>
  )
}
