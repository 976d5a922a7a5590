import { useCallback, useEffect, useMemo, useState, type MouseEvent } from 'react'
import type { Clip, SolveAgainResult } from '#http/contract.ts'
import { ProblemBox } from '../parts/problem-box.tsx'
import { useKeys } from '../shell/use-keys.ts'
import { useActiveTime, type ActiveTime } from './active-time.ts'
import { EditPanel } from './edit-panel.tsx'
import { frameFigures } from './frame-figures.ts'
import { LivePanel } from './live-panel.tsx'
import { useMaskTool } from './mask-tool.ts'
import { SetupPanel, type SetupPanelProps } from './setup-panel.tsx'
import type { Player } from './player.ts'
import { ResultPanel } from './result-panel.tsx'
import { Comparison, SolveAgain } from './solve-again.tsx'
import { Splitter, useSplit } from './splitter.tsx'
import { Timeline } from './timeline.tsx'
import { useResult, type ResultSource } from './track-api.ts'
import type { ViewsProps } from './track-data.ts'
import { usualChoices, type Choices } from './track-options.ts'
import { Transport } from './transport.tsx'
import { showAttempt, showJob } from './show-attempt.ts'
import { useCalmFrame } from './use-calm-frame.ts'
import { useEdits, type Edits } from './use-edits.ts'
import { rateOf, useScreening } from './use-screening.ts'
import { useLive, type LiveJob } from './use-live.ts'
import type { Run } from './use-run.ts'
import { ViewsPanel } from './views/views-panel.tsx'
import { usualLook, WorkspaceStage, type Look } from './workspace-stage.tsx'
import { LookControls } from './look-controls.tsx'

type Tab = 'setup' | 'result' | 'edit'

interface WorkspaceProps {
  readonly project: string
  readonly clip: Clip
  readonly run: Run
}

/** A clip on the stage, and beside it what can be done with it. Another clip needs another one of these. */
export function Workspace({ project, clip, run }: WorkspaceProps) {
  const screening = useScreening(clip)
  const { player, frames } = screening
  const { source, session, attempts, isRunning, job } = run
  const [choices, setChoices] = useState<Choices>(usualChoices)
  const [drawing, setDrawing] = useState<'exclude' | 'include' | null>(null)
  const [look, setLook] = useState<Look>(usualLook)
  const split = useSplit()
  const live = useLive(isRunning && job ? job.id : null)
  const { data: result } = useResult(source)
  const hasFailed = job !== null && (job.state === 'failed' || job.state === 'cancelled')
  const [tab, setTab] = useTab(source?.id ?? null, hasFailed)
  const showEdit = useCallback(() => setTab('edit'), [setTab])
  const edits = useEdits({
    key: source?.id ?? 'none',
    before: result?.tracks ?? null,
    hasKeys: drawing === null,
    onUse: showEdit,
  })
  const time = useActiveTime(source?.id ?? 'none', tab === 'edit' && result !== undefined)
  const maskTool = useMaskTool({
    kind: tab === 'setup' && !isRunning ? drawing : null,
    onDone(mask) {
      setChoices({ ...choices, masks: [...choices.masks, mask] })
      setDrawing(null)
    },
    onStop: () => setDrawing(null),
  })
  const setMasks = useCallback((masks: Choices['masks']) => setChoices((before) => ({ ...before, masks })), [])
  const solve = result?.solve ?? null
  const figures = useMemo(
    () => (edits.tracks && !isRunning ? frameFigures(player.first, player.last, edits.tracks, solve) : null),
    [edits.tracks, isRunning, solve, player],
  )
  useLiveFrame(player, live, isRunning)
  useRangeKeys(player, choices, setChoices, tab === 'setup')
  const range = tab === 'setup' && !isRunning ? rangeOf(choices, player) : null
  const setup = { project, clip, run, player, choices, onChoices: setChoices, drawing, onDraw: setDrawing }
  return (
    <div className="workspace" onMouseDown={keepFocus}>
      <div className="work-left" style={{ gridTemplateRows: rowsOf(source ? split.size : null) }}>
        <WorkspaceStage
          clip={clip}
          screening={screening}
          look={look}
          edits={edits}
          solve={solve}
          run={source?.id ?? 'none'}
          live={isRunning ? live.tracks : null}
          masks={tab === 'setup' ? choices.masks : []}
          maskTool={maskTool}
          onMasks={tab === 'setup' && !isRunning ? setMasks : null}
        />
        <Transport player={player} fps={rateOf(clip)}>
          {result && <LookControls look={look} onChange={setLook} />}
        </Transport>
        <Timeline player={player} frames={frames} figures={figures} cuts={result?.tracks.cuts ?? []} range={range} />
        {source && <Splitter split={split} />}
        {source && !result && <div className="work-views" />}
        {result && (
          <Views
            player={player}
            solve={solve}
            tracks={result.tracks}
            clip={{ ...clip.info, fingerprint: clip.fingerprint, name: clip.name, isThere: clip.isThere }}
            selected={edits.selected}
            onSelect={edits.select}
            attempts={attempts}
            run={source?.id ?? 'none'}
            session={session}
          />
        )}
      </div>
      <aside className="work-rail" aria-label="What to do">
        {isRunning && job ? (
          <div className="rail-body">
            <LivePanel job={job} live={live} fallback="Track & solve" />
          </div>
        ) : (
          <Rail tab={tab} onTab={setTab} run={run} edits={edits} time={time} setup={setup} />
        )}
      </aside>
    </div>
  )
}

interface RailProps {
  readonly tab: Tab
  readonly onTab: (tab: Tab) => void
  readonly run: Run
  readonly edits: Edits
  readonly time: ActiveTime
  readonly setup: SetupPanelProps
}

/** Track, look at the result, change it: three steps that are gone back and forth. */
function Rail({ tab, onTab, run, edits, time, setup }: RailProps) {
  const { source, session, attempts } = run
  const { data: result, error } = useResult(source)
  const { player } = setup
  return (
    <>
      <Tabs tab={tab} onTab={onTab} hasResult={result !== undefined} changes={edits.history.done.length} />
      <div className="rail-body">
        {error && tab !== 'setup' && <ProblemBox error={error} />}
        {tab === 'setup' && <SetupPanel {...setup} />}
        {result && tab === 'result' && (
          <ResultPanel
            {...result}
            session={session}
            attempts={attempts}
            onAttempt={showAttempt}
            onFrame={(frame) => player.go(frame)}
          />
        )}
        {tab === 'edit' && <EditTab edits={edits} player={player} source={source} time={time} />}
      </div>
    </>
  )
}

/** Stage, transport and timeline; below them the views, once there is something to view. */
function rowsOf(viewsPx: number | null): string {
  const stage = 'minmax(180px, 1fr) auto auto'
  return viewsPx === null ? stage : `${stage} 6px ${viewsPx}px`
}

/** What was clicked keeps no focus, so that the keys go on moving the playhead; Tab still reaches everything. */
function keepFocus(event: MouseEvent): void {
  if (event.target instanceof Element && event.target.closest('button')) event.preventDefault()
}

/** The tab is the person's choice; a new result shows itself, and a run that failed stays where it says why. */
function useTab(result: string | null, hasFailed: boolean): readonly [Tab, (tab: Tab) => void] {
  const [tab, setTab] = useState<Tab>(result === null ? 'setup' : 'result')
  const [known, setKnown] = useState(result)
  if (known !== result) {
    setKnown(result)
    if (result === null) setTab('setup')
    else if (tab === 'setup' && !hasFailed) setTab('result')
  }
  return [tab, setTab]
}

/** While a job runs the picture follows the frame that is looked at. */
function useLiveFrame(player: Player, { now }: LiveJob, isRunning: boolean): void {
  const frame = now?.frame ?? null
  useEffect(() => {
    if (isRunning && frame !== null) player.go(frame)
  }, [player, frame, isRunning])
  useEffect(() => {
    if (!isRunning) return undefined
    return () => player.go(player.first)
  }, [player, isRunning])
}

function useRangeKeys(player: Player, choices: Choices, onChoices: (choices: Choices) => void, isOn: boolean): void {
  const at = () => String(player.state().frame)
  useKeys(isOn ? { i: () => onChoices({ ...choices, from: at() }), o: () => onChoices({ ...choices, to: at() }) } : {})
}

function rangeOf({ from, to }: Choices, player: Player) {
  if (from === '' && to === '') return null
  const [first, last] = [Number.parseInt(from, 10), Number.parseInt(to, 10)]
  return { from: Number.isNaN(first) ? player.first : first, to: Number.isNaN(last) ? player.last : last }
}

interface TabsProps {
  readonly tab: Tab
  readonly onTab: (tab: Tab) => void
  readonly hasResult: boolean
  readonly changes: number
}

function Tabs({ tab, onTab, hasResult, changes }: TabsProps) {
  const tabs = [
    ['setup', 'Track', true],
    ['result', 'Result', hasResult],
    ['edit', changes === 0 ? 'Edit' : `Edit (${changes})`, hasResult],
  ] as const
  return (
    <div className="rail-tabs segments" role="group" aria-label="Steps">
      {tabs.map(([name, title, isThere]) => (
        <button key={name} type="button" disabled={!isThere} aria-pressed={tab === name} onClick={() => onTab(name)}>
          {title}
        </button>
      ))}
    </div>
  )
}

/** The newest solve by hand, and of what. */
interface Solved {
  /** Ids of what was changed and of what came of it: sessions, or a job. */
  readonly of: string
  readonly made: string
  readonly result: SolveAgainResult
}

interface EditTabProps {
  readonly edits: Edits
  readonly player: Player
  readonly source: ResultSource | null
  readonly time: ActiveTime
}

function EditTab({ edits, player, source, time }: EditTabProps) {
  const [solved, setSolved] = useState<Solved | null>(null)
  if (!edits.tracks || source === null) return null
  const isOfThis = solved !== null && (source.id === solved.of || source.id === solved.made)
  return (
    <>
      <EditPanel
        session={source.from === 'session' ? source.id : null}
        player={player}
        tracks={edits.tracks}
        selected={edits.selected}
        onSelect={edits.select}
        history={edits.history}
        actions={edits.actions}
        tool={edits.tool}
        onTool={edits.setTool}
      />
      <SolveAgain
        key={source.id}
        source={source}
        history={edits.history}
        time={time}
        onStart={() => setSolved(null)}
        // A better solve is shown at once; otherwise the changes stay, to be taken back or added to.
        onDone={(result, job) => {
          setSolved({ of: source.id, made: result.session ?? job, result })
          if (result.kept === 'old') return
          edits.clear()
          if (result.session === null) showJob(job)
          else showAttempt(result.session)
        }}
      />
      {isOfThis && <Comparison result={solved.result} />}
    </>
  )
}

/** The views look at the playhead; the rest of the workspace is not drawn anew for each frame. */
function Views({ player, ...rest }: Omit<ViewsProps, 'frame' | 'onFrame'> & { readonly player: Player }) {
  const frame = useCalmFrame(player)
  return (
    <div className="work-views">
      <ViewsPanel {...rest} frame={frame} onFrame={(to) => player.go(to)} />
    </div>
  )
}
