import { useMemo, useState } from 'react'
import { sayDuration, sayFigure } from '../data/say.ts'
import { Icon } from '../parts/icon.tsx'
import type { EditedTracks, History } from './changes.ts'
import { jitterPx, reasonWords, saidReasons, type InferredReason } from './infer-reason.ts'
import { usePlayer, type Player } from './player.ts'
import { ProposedTracks } from './proposed-tracks.tsx'
import { endName, unsolvedName } from './result-words.ts'
import type { ToolName } from './edit-tool.ts'

export interface EditActions {
  readonly delete: () => void
  readonly disable: () => void
  readonly deleteMarkers: (from: number, to: number) => void
  readonly undo: () => void
  readonly redo: () => void
  readonly takeBack: (index: number) => void
  /** For what was deleted or disabled last. */
  readonly giveReason: (reason: string) => void
}

interface EditPanelProps {
  /** Of the run; null: it is not on record. */
  readonly session: string | null
  readonly player: Player
  readonly tracks: EditedTracks
  readonly selected: ReadonlySet<number>
  readonly onSelect: (tracks: ReadonlySet<number>) => void
  readonly history: History
  readonly actions: EditActions
  readonly tool: ToolName
  readonly onTool: (tool: ToolName) => void
}

const tools = [
  ['select', 'Choose (V)', 'pointer'],
  ['move', 'Move a marker (M)', 'move'],
  ['add', 'Add a point (A)', 'plus'],
] as const

/** Tools, what is chosen, and what was changed so far. */
export function EditPanel(props: EditPanelProps) {
  const { session, selected, onSelect, history, actions, tool, onTool, tracks } = props
  return (
    <div className="stack">
      <div className="row">
        <div className="row tools" role="group" aria-label="Tools">
          {tools.map(([name, label, icon]) => (
            <button
              key={name}
              type="button"
              className="button icon"
              aria-pressed={tool === name}
              aria-label={label}
              title={label}
              onClick={() => onTool(name)}
            >
              <Icon name={icon} />
            </button>
          ))}
        </div>
        <span className="grow" />
        <button
          type="button"
          className="button quiet icon"
          disabled={history.done.length === 0}
          onClick={actions.undo}
          title="Undo (Ctrl Z)"
          aria-label="Undo"
        >
          <Icon name="undo" />
        </button>
        <button
          type="button"
          className="button quiet icon"
          disabled={history.undone.length === 0}
          onClick={actions.redo}
          title="Redo (Ctrl Shift Z)"
          aria-label="Redo"
        >
          <Icon name="redo" />
        </button>
      </div>
      <FindTracks session={session} tracks={tracks} onSelect={onSelect} />
      {selected.size === 0 ? <p className="faint selection-none">{toolHints[tool]}</p> : <Selection {...props} />}
      <ReasonRow history={history} onReason={actions.giveReason} />
      <ChangeList history={history} onTakeBack={actions.takeBack} />
    </div>
  )
}

const toolHints: Readonly<Record<ToolName, string>> = {
  select: 'Click a track, or draw a box around several. Shift adds to what is chosen.',
  move: 'Drag a marker to where its point really is.',
  add: 'Click a point of the picture: it is followed both ways when you solve again.',
}

/** What people look for first: the tracks that are worst by some measure. */
function FindTracks({ session, tracks, onSelect }: Pick<EditPanelProps, 'session' | 'tracks' | 'onSelect'>) {
  const finds = useMemo(() => {
    const there = tracks.tracks.filter(({ id }) => !tracks.deleted.has(id))
    const some = (test: (track: (typeof there)[number]) => boolean) => new Set(there.filter(test).map(({ id }) => id))
    const errors = there.flatMap(({ errorPx }) => errorPx ?? []).sort((a, b) => a - b)
    const worst = errors[Math.floor(errors.length * 0.95)] ?? Number.POSITIVE_INFINITY
    return [
      ['worst 5 %', some(({ errorPx }) => errorPx !== null && errorPx >= worst)],
      ['over 1 px', some(({ errorPx }) => errorPx !== null && errorPx > 1)],
      ['short', some(({ frames }) => frames.length < 10)],
      ['moving', some(({ unsolvedReason }) => unsolvedReason === 'moves-on-its-own')],
      ['unsolved', some(({ fate }) => fate === 'unsolved')],
    ] as const
  }, [tracks])
  return (
    <div className="row wrap chips" role="group" aria-label="Choose tracks">
      <span className="muted">Choose</span>
      {finds.map(([title, ids]) => (
        <button key={title} type="button" className="chip" disabled={ids.size === 0} onClick={() => onSelect(ids)}>
          {title} <span className="faint number">{ids.size}</span>
        </button>
      ))}
      <ProposedTracks session={session} tracks={tracks} onSelect={onSelect} />
    </div>
  )
}

function Selection({ player, tracks, selected, actions }: EditPanelProps) {
  const { frame } = usePlayer(player)
  const only = selected.size === 1 ? tracks.byId.get([...selected][0] as number) : undefined
  const areOff = [...selected].every((id) => tracks.disabled.has(id))
  return (
    <section className="selection stack tight" aria-label="Chosen tracks">
      <strong>{only ? `Track ${only.id}` : `${selected.size} tracks chosen`}</strong>
      {only && <TrackFacts tracks={tracks} id={only.id} />}
      <div className="row wrap">
        <button type="button" className="button small" onClick={actions.delete} title="Delete (Del)">
          <Icon name="trash" size={13} /> Delete
        </button>
        <button type="button" className="button small" onClick={actions.disable} title="Leave out of the solve (D)">
          {areOff ? 'Enable' : 'Disable'}
        </button>
      </div>
      <div className="row wrap">
        <span className="muted">Markers</span>
        <button type="button" className="button small" onClick={() => actions.deleteMarkers(0, frame - 1)}>
          before {frame}
        </button>
        <button type="button" className="button small" onClick={() => actions.deleteMarkers(frame, frame)}>
          here
        </button>
        <button type="button" className="button small" onClick={() => actions.deleteMarkers(frame + 1, player.last)}>
          after
        </button>
      </div>
      <MarkerRange key={player.last} player={player} actions={actions} />
    </section>
  )
}

function MarkerRange({ player, actions }: Pick<EditPanelProps, 'player' | 'actions'>) {
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [first, last] = [Number.parseInt(from, 10), Number.parseInt(to, 10)]
  const isRange = first >= 0 && last >= first && last <= player.last
  return (
    <div className="row">
      <span className="muted">from</span>
      <input
        className="field small figure"
        aria-label="Delete markers from frame"
        value={from}
        onChange={(event) => setFrom(event.target.value)}
      />
      <span className="muted">to</span>
      <input
        className="field small figure"
        aria-label="Delete markers to frame"
        value={to}
        onChange={(event) => setTo(event.target.value)}
      />
      <button
        type="button"
        className="button small"
        disabled={!isRange}
        onClick={() => actions.deleteMarkers(first, last)}
      >
        Delete
      </button>
    </div>
  )
}

function TrackFacts({ tracks, id }: { tracks: EditedTracks; id: number }) {
  const track = tracks.byId.get(id)
  if (!track) return null
  const { frames, errorPx, unsolvedReason, begin, end, origin } = track
  const lines = [
    `frames ${frames[0] ?? '–'}–${frames.at(-1) ?? '–'} (${frames.length})`,
    errorPx === null ? (unsolvedReason ? `no point: ${unsolvedName(unsolvedReason)}` : null) : sayFigure(errorPx, 'px'),
    `jitter ${sayFigure(jitterPx(track), 'px')}`,
    end ? `ended: ${endName(end.reason)}` : begin ? `began: ${endName(begin.reason)}` : null,
    origin,
  ]
  return <p className="muted">{lines.filter((line) => line !== null).join(' · ')}</p>
}

const inferredReasons = Object.keys(reasonWords) as InferredReason[]

/** Why the newest deletion was made: guessed until one is clicked. */
function ReasonRow({ history, onReason }: { history: History; onReason: (reason: string) => void }) {
  const changes = history.done.at(-1)?.changes ?? []
  const first = changes.find((change) => change.op === 'delete' || change.op === 'disable')
  if (!first) return null
  const guesses = new Set(changes.flatMap(({ reason, inferred }) => (reason && inferred ? [reason] : [])))
  return (
    <section className="reasons stack tight" aria-label="Reason">
      <span className="muted">{first.inferred ? 'Why? Guessed so far; one click says it.' : 'Why'}</span>
      <div className="row wrap chips">
        {[...inferredReasons, ...saidReasons].map((reason) => {
          const isSaid = !first.inferred && first.reason === reason
          return (
            <button
              key={reason}
              type="button"
              className={`chip${guesses.has(reason) ? ' guessed' : ''}`}
              aria-pressed={isSaid}
              onClick={() => onReason(reason)}
            >
              {reasonWords[reason as InferredReason] ?? reason}
              {guesses.has(reason) && <span className="faint"> guessed</span>}
            </button>
          )
        })}
      </div>
    </section>
  )
}

function ChangeList({ history, onTakeBack }: { history: History; onTakeBack: (index: number) => void }) {
  if (history.done.length === 0) return <p className="faint">Nothing is changed yet.</p>
  return (
    <ol className="change-list" aria-label="Changes">
      {history.done.map(({ title, changes }, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- steps have no name but their place
        <li key={i} className="row">
          <span className="grow cut">{title}</span>
          <span className="faint cut">{sayReasons(changes)}</span>
          <button
            type="button"
            className="button quiet icon tiny"
            onClick={() => onTakeBack(i)}
            aria-label={`Take back: ${title}`}
            title="Take this one back"
          >
            <Icon name="close" size={11} />
          </button>
        </li>
      ))}
    </ol>
  )
}

function sayReasons(changes: History['done'][number]['changes']): string {
  const reasons = new Set(changes.flatMap(({ reason }) => (reason ? [reason] : [])))
  if (reasons.size === 0) return ''
  const [only = ''] = reasons
  const words = reasons.size > 1 ? 'several reasons' : (reasonWords[only as InferredReason] ?? only)
  return changes.some(({ inferred }) => inferred) ? `${words}?` : words
}

/** "2 changes, 14.0 s of work". */
export function workWords(history: History, activeMs: number): string {
  const count = history.done.length
  return `${count} ${count === 1 ? 'change' : 'changes'}, ${sayDuration(activeMs)} of work`
}
