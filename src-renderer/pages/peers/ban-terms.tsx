/** How long and why: the part that every dialog about a ban has. */
import { useState, type ReactNode } from 'react'
import { NumberField } from '../../components/number-field.tsx'
import { Select } from '../../components/select.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { BAN_TIMES, banTimeChoices } from './durations.ts'

/** A hundred years. */
const MAX_HOURS = 876_000
const HOUR_MS = 3_600_000

export interface BanTerms {
  /** Null while the hours are out of bounds. */
  readonly durationMs: number | null
  readonly reason: string
  /** @param isFirst the reason takes the focus when the dialog opens */
  readonly fields: (isFirst: boolean) => ReactNode
}

export function useBanTerms(): BanTerms {
  const i18n = useI18n()
  const { t } = i18n
  const [time, setTime] = useState(String(BAN_TIMES[1][1]))
  const [hours, setHours] = useState(12)
  const [reason, setReason] = useState('')
  const isCustom = time === 'custom'
  const isBad = isCustom && (hours < 1 || hours > MAX_HOURS)
  return {
    durationMs: isBad ? null : isCustom ? hours * HOUR_MS : Number(time),
    reason,
    fields: isFirst => (
      <>
        <Select
          label={t('peers.banDialog.time')}
          value={time}
          onChange={setTime}
          choices={[...banTimeChoices(i18n), { value: 'custom', label: t('peers.banDialog.custom') }]}
        />
        {isCustom ? (
          <NumberField
            label={t('peers.banDialog.hours')}
            value={hours}
            onChange={setHours}
            min={1}
            max={MAX_HOURS}
            error={isBad ? t('peers.banDialog.badHours') : undefined}
          />
        ) : null}
        <TextField
          label={t('peers.banDialog.reason')}
          hint={t('peers.banDialog.reasonHint')}
          value={reason}
          onChange={setReason}
          maxLength={200}
          isFirst={isFirst}
        />
      </>
    ),
  }
}
