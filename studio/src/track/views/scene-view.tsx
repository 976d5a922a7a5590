import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Segments } from '../../parts/segments.tsx'
import type { ClipTrack, SolvedShot, ViewsProps } from '../track-data.ts'
import { frameUrl } from '../track-api.ts'
import { errorColour, errorGradient, lengthColour } from './colours.ts'
import { extentOf, floorStep, pathPlaces, pointPlaces } from './scene-shapes.ts'
import type { Hit } from './scene-pointer.ts'
import { SceneStage, type StageListener, type ViewName } from './scene-stage.ts'
import { SceneTools } from './scene-tools.tsx'
import { allTransformed } from './orientation.ts'
import { useLaidScene } from './use-laid-scene.ts'
import { sceneKey } from './laid-scene.ts'
import { sayFigure } from '../../data/say.ts'

interface SceneViewProps extends ViewsProps {
  readonly shot: SolvedShot
  /** Another attempt's path in this shot's world, 3 numbers for each camera. */
  readonly otherPath?: Float64Array | null
  /** Without the tools that lay the scene out. */
  readonly isBare?: boolean
}

type ColourBy = 'error' | 'length'

const pictureWidth = 480

const viewChoices = [
  ['fit', 'All', 'Home'],
  ['camera', 'Camera', '0'],
  ['top', 'Top', '7'],
  ['front', 'Front', '1'],
  ['side', 'Side', '3'],
] as const satisfies readonly (readonly [ViewName, string, string])[]
const keys: Readonly<Record<string, ViewName>> = { Home: 'fit', '0': 'camera', '7': 'top', '1': 'front', '3': 'side' }

/** Camera path and points in space; what is clicked is selected, or gone to. */
export default function SceneView(props: SceneViewProps) {
  const { shot, tracks, clip, run, selected, onSelect, onFrame } = props
  const edits = useLaidScene(sceneKey(run, shot), shot)
  const { orientation, hasFloor, objects, isMetric } = edits.scene.now
  const [colourBy, setColourBy] = useState<ColourBy>('error')
  const [withPicture, setPicture] = useState(true)
  const [view, setView] = useState<ViewName | 'free'>('fit')
  const [hovered, setHovered] = useState<Hit | null>(null)
  const colours = useMemo(() => coloursOf(shot, tracks, colourBy), [shot, tracks, colourBy])
  const step = useMemo(
    () => floorStep(extentOf(pointPlaces(shot, orientation), pathPlaces(shot, orientation))),
    [shot, orientation],
  )
  const otherPath = useMemo(
    () => (props.otherPath ? allTransformed(orientation, props.otherPath) : null),
    [orientation, props.otherPath],
  )
  const look = useMemo(
    () => ({ shot, orientation, hasFloor, objects, colours, otherPath }),
    [shot, orientation, hasFloor, objects, colours, otherPath],
  )
  const onPick = (hit: Hit | null, withShift: boolean) => {
    if (hit?.kind === 'frame') return onFrame(hit.frame)
    if (hit === null) return withShift ? undefined : onSelect(new Set())
    const next = new Set(withShift ? selected : [])
    if (withShift && selected.has(hit.track)) next.delete(hit.track)
    else next.add(hit.track)
    onSelect(next)
  }
  const { canvas, stage, problem } = useStage({ onPick, onHover: setHovered, onMoved: () => setView('free') })
  useEffect(() => stage?.show(look), [stage, look])
  useEffect(() => stage?.select(selected), [stage, selected])
  const picture = withPicture && clip.isThere ? frameUrl(clip.fingerprint, props.frame, pictureWidth) : null
  useEffect(() => stage?.go(props.frame, picture), [stage, props.frame, picture])
  const turnTo = (name: ViewName) => {
    stage?.view(name)
    setView(name)
  }
  const side = props.isBare ? null : <SceneTools shot={shot} edits={edits} selected={selected} />
  if (problem) {
    return (
      <div className="scene-view">
        <p className="empty">The 3D view needs WebGL, which this browser refuses: {problem}</p>
        {side}
      </div>
    )
  }
  return (
    <div className={props.isBare ? 'scene-view bare' : 'scene-view'}>
      <div className="scene-main">
        <SceneBar {...{ view, turnTo, colourBy, setColourBy, withPicture, setPicture }} />
        <div className="scene-room">
          <canvas
            ref={canvas}
            // A view that is turned by keys must be reached by them.
            tabIndex={0}
            role="img"
            aria-label={`${shot.points.length} points and ${shot.cameras.length} cameras in space`}
            style={{ cursor: hovered ? 'pointer' : 'grab' }}
            onKeyDown={(event) => {
              const name = keys[event.key]
              if (!name || event.ctrlKey || event.metaKey || event.altKey) return
              event.preventDefault()
              turnTo(name)
            }}
          />
          {hovered && (
            <Label hit={hovered} track={hovered.kind === 'point' ? tracks.byId.get(hovered.track) : undefined} />
          )}
          <p className="scene-note">
            {colourBy === 'error' && (
              <span className="row">
                0 <span className="error-scale" style={{ backgroundImage: errorGradient(2.5) }} /> 2.5 px
              </span>
            )}
            {colourBy === 'length' && <span>red: seen briefly, teal: seen throughout</span>}
            <span>
              square: {sayFigure(step, isMetric ? 'm' : '')}
              {!isMetric && ', scale not known'}
            </span>
            {shot.motion === 'tripod' && <span>the camera only turned: points are directions, on a sphere</span>}
          </p>
        </div>
      </div>
      {side}
    </div>
  )
}

function coloursOf(shot: SolvedShot, { byId }: ViewsProps['tracks'], by: ColourBy) {
  const longest = shot.toFrame - shot.fromFrame + 1
  return shot.points.map(({ track, errorPx }) =>
    by === 'error' ? errorColour(errorPx) : lengthColour((byId.get(track)?.frames.length ?? 0) / longest),
  )
}

interface BarProps {
  readonly view: ViewName | 'free'
  readonly turnTo: (name: ViewName) => void
  readonly colourBy: ColourBy
  readonly setColourBy: (by: ColourBy) => void
  readonly withPicture: boolean
  readonly setPicture: (isShown: boolean) => void
}

function SceneBar({ view, turnTo, colourBy, setColourBy, withPicture, setPicture }: BarProps) {
  return (
    <div className="scene-bar">
      <div className="segments" role="group" aria-label="View">
        {viewChoices.map(([name, title, key]) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === view}
            title={`${title}: key ${key} while the view has the focus`}
            onClick={() => turnTo(name)}
          >
            {title}
          </button>
        ))}
      </div>
      <Segments
        label="Colour points by"
        value={colourBy}
        onChange={setColourBy}
        choices={[
          ['error', 'Error'],
          ['length', 'Length'],
        ]}
      />
      <label className="row">
        <input type="checkbox" checked={withPicture} onChange={(event) => setPicture(event.target.checked)} />
        Picture
      </label>
    </div>
  )
}

function Label({ hit, track }: { hit: Hit; track: ClipTrack | undefined }) {
  const words =
    hit.kind === 'frame'
      ? `frame ${hit.frame}`
      : `track ${hit.track}: ${sayFigure(track?.errorPx, 'px')}, ${track?.frames.length ?? '?'} frames`
  return (
    <span className="scene-label number" style={{ left: hit.x, top: hit.y }}>
      {words}
    </span>
  )
}

/** The stage lives as long as its canvas; `problem` says why there is none. */
function useStage(handlers: StageListener) {
  const latest = useRef(handlers)
  const [stage, setStage] = useState<SceneStage | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    latest.current = handlers
  })
  const canvas = useCallback((element: HTMLCanvasElement | null) => {
    // Called once more with null where nothing was made that could be taken down.
    if (!element) return
    let made: SceneStage
    try {
      made = new SceneStage(element, {
        onPick: (hit, withShift) => latest.current.onPick(hit, withShift),
        onHover: (hit) => latest.current.onHover(hit),
        onMoved: () => latest.current.onMoved(),
      })
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      return
    }
    const resize = new ResizeObserver(() => made.resize(element.clientWidth, element.clientHeight))
    resize.observe(element)
    made.resize(element.clientWidth, element.clientHeight)
    setStage(made)
    return () => {
      resize.disconnect()
      made.dispose()
      setStage(null)
    }
  }, [])
  return { canvas, stage, problem }
}
