/** The Logs page: the newest lines live, by level, part and text; it stops following while somebody reads further up. */
import { useVirtualizer } from '@tanstack/react-virtual'
import ArrowDownToLine from 'lucide-react/icons/arrow-down-to-line'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { LogLine } from '../../../src-preload/contract.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Empty } from '../../components/empty.tsx'
import { Page } from '../../components/page.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { SmallSelect } from '../../components/select.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { ask } from '../../live/ask.ts'
import { useLive, useSettings } from '../../live/hooks.ts'
import { copyText, saveText } from '../../shell/files.ts'
import { perform } from '../../shell/perform.ts'
import { go, toast } from '../../shell/ui-store.ts'
import { useLines, type LineFilter } from './use-lines.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
const TONES: Record<LogLine['level'], Tone> = { debug: 'plain', info: 'accent', warn: 'warn', error: 'bad' }
const LINE_HEIGHT = 26

const fieldsText = (line: LogLine): string =>
  Object.entries(line.fields)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join('  ')

export function LogsPage(): ReactNode {
  const i18n = useI18n()
  const { t } = i18n
  const [level, setLevel] = useState<LineFilter['level']>('debug')
  const [room, setRoom] = useState('')
  const [text, setText] = useState('')
  const filter = useMemo<LineFilter>(() => ({ level, rooms: room === '' ? [] : [room], text }), [level, room, text])
  const { lines, rooms, missed } = useLines(filter)
  const settings = useSettings()
  const debugRooms = (settings?.['log.debugRooms'] as string[] | undefined) ?? []

  const frame = useRef<HTMLDivElement>(null)
  const [isFollowing, setFollowing] = useState(true)
  const [seen, setSeen] = useState(-1)
  const last = lines.at(-1)?.cursor ?? -1
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
  })
  useEffect(() => {
    if (isFollowing && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' })
    if (isFollowing) setSeen(last)
  }, [isFollowing, last, lines.length, virtual])
  const fresh = isFollowing ? 0 : lines.filter(line => line.cursor > seen).length

  const asText = (): string =>
    lines
      .map(line =>
        `${new Date(line.at).toISOString()} ${line.level} ${line.room}: ${line.text} ${fieldsText(line)}`.trimEnd(),
      )
      .join('\n')

  return (
    <Page
      title={t('page.logs')}
      actions={
        <>
          <Button onClick={() => void copyText(i18n, asText())}>{t('logs.copy')}</Button>
          <Button
            onClick={() =>
              void perform(i18n, ask('logs.export', {})).then(
                answer => answer && saveText(i18n, 'warren.log', answer.text),
              )
            }
          >
            {t('logs.export')}
          </Button>
        </>
      }
    >
      <div className="flex shrink-0 flex-wrap items-center gap-2 px-5 pb-2">
        <SearchField label={t('logs.filter')} value={text} onChange={setText} />
        <SmallSelect
          label={t('logs.level')}
          value={level}
          onChange={setLevel}
          choices={LEVELS.map(each => ({ value: each, label: t(`logs.level.${each}`) }))}
        />
        <SmallSelect
          label={t('logs.room')}
          value={room}
          onChange={setRoom}
          choices={[{ value: '', label: t('logs.room.all') }, ...rooms.map(each => ({ value: each, label: each }))]}
        />
        {room === '' ? null : (
          <Button
            look="quiet"
            isPressed={debugRooms.includes(room)}
            onClick={() => {
              const next = debugRooms.includes(room) ? debugRooms.filter(each => each !== room) : [...debugRooms, room]
              void perform(i18n, ask('settings.set', { changes: { 'log.debugRooms': next } })).then(
                answer => answer && next.includes(room) && toast(t('logs.keep', { room })),
              )
            }}
          >
            {t('logs.debug')}
          </Button>
        )}
        <span className="flex-1" />
        {missed > 0 ? <span className="text-sm text-soft">{t('logs.missed', { count: missed })}</span> : null}
        <Button
          look={fresh > 0 ? 'primary' : 'quiet'}
          isPressed={isFollowing}
          Icon={ArrowDownToLine}
          onClick={() => setFollowing(!isFollowing)}
        >
          {fresh > 0 ? t('logs.paused', { count: fresh }) : t('logs.follow')}
        </Button>
      </div>
      {lines.length === 0 ? (
        <Empty title={t('logs.empty')} text={t('logs.emptyText')} />
      ) : (
        <div
          ref={frame}
          role="log"
          aria-live="off"
          aria-label={t('logs.list')}
          // A scrolling region must be reachable by keyboard.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          className="min-h-0 flex-1 overflow-auto border-t border-line font-mono text-sm"
          onScroll={event => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
            setFollowing(scrollHeight - scrollTop - clientHeight < LINE_HEIGHT * 2)
          }}
        >
          <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(item => {
              const line = lines[item.index]
              return line === undefined ? null : (
                <div
                  key={line.cursor}
                  className="absolute top-0 left-0 w-full"
                  style={{ transform: `translateY(${String(item.start)}px)` }}
                >
                  <Line line={line} />
                </div>
              )
            })}
          </div>
        </div>
      )}
    </Page>
  )
}

function Line({ line }: { readonly line: LogLine }): ReactNode {
  const { t, clock, exact } = useI18n()
  const address = line.fields['peer']
  const peer = useLive(state =>
    typeof address === 'string' ? [...state.peers.byId.values()].find(each => each.address === address) : undefined,
  )
  return (
    <div className="selectable flex h-[26px] items-center gap-3 px-5 whitespace-nowrap hover:bg-hover">
      <time className="num shrink-0 text-soft" title={exact(line.at)}>
        {clock(line.at)}
      </time>
      <span className="w-20 shrink-0">
        <Badge tone={TONES[line.level]}>{t(`logs.level.${line.level}`)}</Badge>
      </span>
      <span className="w-28 shrink-0 truncate text-soft">{line.room}</span>
      <span className="shrink-0">{line.text}</span>
      {peer === undefined ? null : (
        <button
          type="button"
          className="shrink-0 rounded-sm text-accent underline"
          onClick={() => go('peers', peer.id)}
        >
          {peer.address}
        </button>
      )}
      <span className="truncate text-soft" title={fieldsText(line)}>
        {fieldsText(line)}
      </span>
    </div>
  )
}
