import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { Clip } from '#http/contract.ts'
import { errorSteps } from '../session/camera/draw-tracks.ts'
import { sayFigure } from '../data/say.ts'
import type { EditedTracks } from './changes.ts'
import { useEditTool } from './edit-tool.ts'
import type { LiveTracks } from './live-tracks.ts'
import { useMaskHandles } from './mask-handles.ts'
import type { MaskTool } from './mask-tool.ts'
import { paintLive } from './paint-live.ts'
import { paintMasks, paintTracks, stageColours, type ColourBy, type Outline } from './paint.ts'
import { reproject } from './reproject.ts'
import { endName, unsolvedName } from './result-words.ts'
import { Stage, type StageTool } from './stage.tsx'
import { shotAt, type Solve } from './track-data.ts'
import type { Edits } from './use-edits.ts'
import type { Screening } from './use-screening.ts'
import type { ViewBox } from './view-box.ts'
import { listenToScenes } from './views/laid-scene.ts'
import { paintTestObjects } from './views/paint-test-objects.ts'

export interface Look {
  readonly colourBy: ColourBy
  /** Frames; Infinity is whole paths. */
  readonly tailFrames: number
  readonly showTracks: boolean
  readonly showReprojected: boolean
}

export const usualLook: Look = { colourBy: 'error', tailFrames: 12, showTracks: true, showReprojected: false }

interface WorkspaceStageProps {
  readonly clip: Clip
  readonly screening: Screening
  readonly look: Look
  readonly edits: Edits
  readonly solve: Solve | null
  readonly run: string
  /** null unless a job runs. */
  readonly live: LiveTracks | null
  readonly masks: readonly Outline[]
  readonly maskTool: MaskTool | null
  /** null: they cannot be changed now. */
  readonly onMasks: ((masks: readonly Outline[]) => void) | null
}

/** The stage with whatever belongs on it now: growing tracks, a result to be edited, masks to be drawn. */
export function WorkspaceStage(props: WorkspaceStageProps) {
  const { clip, screening, look, edits, solve, run, live, masks, maskTool, onMasks } = props
  const { player, frames } = screening
  const { info } = clip
  const tracks = live ? null : edits.tracks
  const { tool, hovered, paint } = useEditTool({
    name: edits.tool,
    player,
    tracks,
    selected: edits.selected,
    onSelect: edits.select,
    onStep: edits.addStep,
  })
  useSceneVersion()
  const withHandles = useMaskHandles(tracks ? tool : noTool, masks, onMasks)

  const paintOver = (g: CanvasRenderingContext2D, box: ViewBox, frame: number) => {
    if (live) return paintLive(g, box, live)
    paintMasks(g, box, masks, maskTool?.open() ?? null)
    if (!tracks) return
    paintTestObjects(g, box, { solve, run, frame })
    if (look.showTracks) {
      const { colourBy, tailFrames } = look
      const reprojected = look.showReprojected ? reprojectedAt(solve, frame) : null
      paintTracks(g, box, tracks, { frame, colourBy, tailFrames, selected: edits.selected, hovered, reprojected })
    }
    paint(g, box)
  }
  const picture = useMemo(() => ({ width: info.widthPx, height: info.heightPx }), [info.widthPx, info.heightPx])
  return (
    <Stage
      player={player}
      frames={frames}
      picture={picture}
      pixelAspect={info.pixelAspect}
      readsAhead={!live}
      label={tracks ? `${tracks.tracks.length} tracks over the picture` : 'The picture at the playhead'}
      tool={maskTool?.tool ?? withHandles}
      paintOver={paintOver}
    >
      {tracks && look.showTracks && <Legend tracks={tracks} by={look.colourBy} />}
      {hovered !== null && tracks && <HoverFacts tracks={tracks} id={hovered} />}
      {!clip.isThere && (
        <p className="stage-note">
          The clip no longer lies where it lay. Open it again by its path to see and track it.
        </p>
      )}
      {frames && <PictureProblem screening={screening} />}
    </Stage>
  )
}

const noTool: StageTool = { cursor: 'default' }

/** Test objects are laid in another view; when they are, the stage is drawn anew. */
function useSceneVersion(): void {
  useSyncExternalStore(
    useCallback((listener: () => void) => {
      return listenToScenes(() => {
        sceneVersion++
        listener()
      })
    }, []),
    () => sceneVersion,
  )
}
let sceneVersion = 0

type Places = ReadonlyMap<number, readonly [number, number]>

/** Where the camera of a frame sees the point of each track; null where it was not solved. */
function reprojectedAt(solve: Solve | null, frame: number): Places | null {
  const shot = shotAt(solve, frame)
  const xy = shot?.solved ? reproject(shot, frame) : null
  if (!shot?.solved || !xy) return null
  const places = new Map<number, readonly [number, number]>()
  for (const [i, { track }] of shot.points.entries()) {
    const [x, y] = [xy[2 * i] as number, xy[2 * i + 1] as number]
    if (!Number.isNaN(x)) places.set(track, [x, y])
  }
  return places
}

function PictureProblem({ screening: { frames } }: { screening: Screening }) {
  const problem = useSyncExternalStore(
    useCallback((listener) => frames?.subscribe(listener) ?? (() => undefined), [frames]),
    () => frames?.problem() ?? null,
  )
  return problem === null ? null : <p className="stage-note">{problem}</p>
}

const fateWords = { solved: 'solved', unsolved: 'no point', unknown: 'shot not solved' } as const

function Legend({ tracks, by }: { tracks: EditedTracks; by: ColourBy }) {
  const entries = useMemo(() => {
    const there = tracks.tracks.filter(({ id }) => !tracks.deleted.has(id))
    const counted = (test: (track: (typeof there)[number]) => boolean) => there.filter(test).length
    const steps = errorSteps.map(({ below, words, colour }, i) => {
      const from = errorSteps[i - 1]?.below ?? 0
      return [words, colour, counted(({ errorPx }) => errorPx !== null && errorPx >= from && errorPx < below)] as const
    })
    const unsolved = [fateWords.unsolved, stageColours.disabled, counted(({ fate }) => fate === 'unsolved')] as const
    const fates = (['solved', 'unsolved'] as const).map(
      (fate) => [fateWords[fate], stageColours[fate], counted((track) => track.fate === fate)] as const,
    )
    const unknown = counted(({ fate }) => fate === 'unknown')
    return [
      ...(by === 'error' ? [...steps, unsolved] : fates),
      [fateWords.unknown, stageColours.unknown, unknown] as const,
      ['taken out', stageColours.deleted, by === 'fate' ? tracks.removed.length : 0] as const,
      ['disabled', stageColours.disabled, tracks.disabled.size] as const,
      ['deleted', stageColours.deleted, tracks.deleted.size] as const,
      ['added', stageColours.added, tracks.added.length] as const,
    ].filter(([, , count]) => count > 0)
  }, [tracks, by])
  return (
    <ul className="stage-key" aria-label="Colours">
      {entries.map(([words, colour, count]) => (
        <li key={words}>
          <span className="key-dot" style={{ background: colour }} />
          {words} <span className="number">{count}</span>
        </li>
      ))}
    </ul>
  )
}

function HoverFacts({ tracks, id }: { tracks: EditedTracks; id: number }) {
  const removed = tracks.removed.find((track) => track.id === id)
  const track = tracks.byId.get(id) ?? removed
  if (!track) return null
  const { frames, errorPx, unsolvedReason, end } = track
  const parts = [
    errorPx === null ? (unsolvedReason ? `no point: ${unsolvedName(unsolvedReason)}` : null) : sayFigure(errorPx, 'px'),
    `${frames[0] ?? '–'}–${frames.at(-1) ?? '–'}`,
    end ? endName(end.reason) : null,
    removed ? `taken out: ${removed.removedReason.replaceAll('-', ' ')}` : null,
    tracks.deleted.has(id) ? 'deleted' : tracks.disabled.has(id) ? 'disabled' : null,
  ]
  return (
    <p className="stage-hover number">
      <strong>Track {id}</strong> {parts.filter((part) => part !== null).join(' · ')}
    </p>
  )
}
