import { useEffect, useRef, useState, type PointerEvent } from 'react'
import { Icon } from '../../parts/icon.tsx'
import { pictureUrl } from '../../parts/picture.tsx'
import { Segments } from '../../parts/segments.tsx'
import { useKeys } from '../../shell/use-keys.ts'
import { colourOf, drawTracks, errorSteps, fateColours, trackNear, type ColourBy, type Look } from './draw-tracks.ts'
import type { DrawnTrack, Fate, Shot } from './track-model.ts'
import { usePlayback } from './use-playback.ts'

interface TrackStageProps {
  readonly shot: Shot
  readonly widthPx: number
  readonly heightPx: number
  readonly fps: number
  /** SHA-256 of a frame to show beneath; null when none was kept. */
  readonly picture: string | null
  readonly picked: DrawnTrack | null
  readonly onPick: (track: DrawnTrack | null) => void
}

/** The frame with its tracks; the slider moves through time. */
export function TrackStage({ shot, widthPx, heightPx, fps, picture, picked, onPick }: TrackStageProps) {
  const [colourBy, setColourBy] = useState<ColourBy>('fate')
  const [paths, setPaths] = useState<'all' | 'trail'>('all')
  const [hovered, setHovered] = useState<DrawnTrack | null>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const play = usePlayback(shot.firstFrame, shot.lastFrame, fps)
  const shown = hovered ?? picked
  const look: Look = { frame: play.frame, colourBy, allPaths: paths === 'all', trailFrames: fps, picked: shown }
  useKeys({ ArrowLeft: () => play.go(play.frame - 1), ArrowRight: () => play.go(play.frame + 1), ' ': play.toggle })

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const draw = () => drawTracks(element, shot, look, picture !== null)
    draw()
    const resize = new ResizeObserver(draw)
    resize.observe(element)
    return () => resize.disconnect()
  })

  const find = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return trackNear(shot, look, event.clientX - box.left, event.clientY - box.top, box.width, box.height)
  }
  return (
    <div>
      <div className="stage-room">
        <div
          className="track-frame fitted"
          style={{ aspectRatio: `${widthPx} / ${heightPx}`, maxWidth: `calc(56vh * ${widthPx / heightPx})` }}
        >
          {picture !== null && (
            <img src={pictureUrl(picture)} width={widthPx} height={heightPx} alt="A frame of the clip" />
          )}
          <canvas
            ref={canvas}
            role="img"
            aria-label={`${shot.tracks.length} tracks over the frame; the table below has them as text`}
            onPointerMove={(event) => setHovered(find(event))}
            onPointerLeave={() => setHovered(null)}
            onClick={(event) => onPick(find(event as unknown as PointerEvent<HTMLCanvasElement>))}
          />
          <div className="track-facts">{shown ? <TrackFacts track={shown} /> : null}</div>
        </div>
      </div>
      <div className="stage-bar">
        <button
          type="button"
          className="button icon"
          onClick={play.toggle}
          aria-label={play.isPlaying ? 'Pause' : 'Play'}
        >
          <Icon name={play.isPlaying ? 'pause' : 'play'} />
        </button>
        <input
          type="range"
          className="grow"
          aria-label="Frame"
          min={shot.firstFrame}
          max={shot.lastFrame}
          step={1}
          value={Math.round(play.frame)}
          onChange={(event) => play.go(Number(event.target.value))}
        />
        <span className="number frame-number">
          {Math.round(play.frame)} <span className="faint">/ {shot.lastFrame}</span>
        </span>
        <Segments
          label="Paths"
          value={paths}
          onChange={setPaths}
          choices={[
            ['all', 'Whole paths'],
            ['trail', 'Trails'],
          ]}
        />
        <Segments
          label="Colour by"
          value={colourBy}
          onChange={setColourBy}
          choices={[
            ['fate', 'Outcome'],
            ['error', 'Error'],
          ]}
        />
      </div>
      <Legend shot={shot} by={colourBy} />
    </div>
  )
}

function TrackFacts({ track }: { track: DrawnTrack }) {
  const { record } = track
  const lines = [
    track.errorPx === null ? 'no error known' : `${track.errorPx.toFixed(2)} px`,
    `frames ${record.startFrame ?? '?'}–${record.endFrame ?? '?'}`,
    record.region,
    record.deletion?.reason ? `deleted: ${record.deletion.reason}` : null,
    record.endReason ? `ended: ${record.endReason}` : null,
    record.unsolvedReason ? `not solved: ${record.unsolvedReason}` : null,
  ]
  return (
    <>
      <strong>
        <span className="swatch" style={{ color: colourOf(track, 'fate') }} /> {track.name}
      </strong>
      <span>{lines.filter(Boolean).join(' · ')}</span>
    </>
  )
}

const fateWords: Readonly<Record<Fate, string>> = {
  solved: 'solved',
  unsolved: 'not solved',
  deleted: 'deleted on the way',
}

function Legend({ shot, by }: { shot: Shot; by: ColourBy }) {
  const entries =
    by === 'error'
      ? errorSteps.map(({ words, colour }) => ({ words, colour, count: null }))
      : (Object.keys(fateWords) as Fate[]).map((fate) => ({
          words: fateWords[fate],
          colour: fateColours[fate],
          count: shot.tracks.filter((track) => track.fate === fate).length,
        }))
  return (
    <ul className="stage-legend">
      {entries.map(({ words, colour, count }) => (
        <li key={words} className="row">
          <span className="swatch" style={{ color: colour }} />
          {words}
          {count !== null && <span className="number faint">{count}</span>}
        </li>
      ))}
    </ul>
  )
}
