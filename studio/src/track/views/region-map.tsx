import { memo, useMemo, useState, type MouseEvent } from 'react'
import { sayFigure, sayMany, sayPercent } from '../../data/say.ts'
import { Segments } from '../../parts/segments.tsx'
import { colour } from '../../shell/use-theme.ts'
import type { ViewsProps } from '../track-data.ts'
import { cssOf, errorColour } from './colours.ts'
import { coverage, regionFigures, regionNames, regionOf, type RegionFigures } from './run-figures.ts'
import { useCanvas } from './use-canvas.ts'

type MapProps = Pick<ViewsProps, 'tracks' | 'frame' | 'onFrame' | 'onSelect'>
type Measure = 'tracks' | 'solved' | 'error'

/** Where in the picture tracks were, how many were solved and how well, and where none was at which time. */
export function RegionMap({ tracks, frame, onFrame, onSelect }: MapProps) {
  const [measure, setMeasure] = useState<Measure>('solved')
  const figures = useMemo(() => regionFigures(tracks.tracks, tracks.clip), [tracks])
  const most = Math.max(1, ...figures.map((region) => region.tracks))
  const choose = (index: number) => () =>
    onSelect(new Set(tracks.tracks.filter((track) => regionOf(track, tracks.clip) === index).map(({ id }) => id)))
  return (
    <div className="region-columns">
      <figure className="graph">
        <figcaption className="legend">
          <Segments
            label="Measure"
            value={measure}
            onChange={setMeasure}
            choices={[
              ['tracks', 'Tracks'],
              ['solved', 'Solved'],
              ['error', 'Error'],
            ]}
          />
        </figcaption>
        <div className="region-map" style={{ aspectRatio: `${tracks.clip.widthPx} / ${tracks.clip.heightPx}` }}>
          {figures.map((region, i) => (
            <button
              key={region.region}
              type="button"
              title={`Select the tracks of ${region.region}`}
              disabled={region.tracks === 0}
              style={{ background: backgroundOf(region, measure, most) }}
              onClick={choose(i)}
            >
              <span className="hidden-label">{region.region}: </span>
              <strong>{valueOf(region, measure)}</strong>
              <small className="number">
                {region.tracks === 0 ? 'no track' : `${region.solved} of ${region.tracks} solved`}
              </small>
            </button>
          ))}
        </div>
      </figure>
      <Coverage tracks={tracks} frame={frame} onFrame={onFrame} />
    </div>
  )
}

function valueOf({ tracks, solved, errorPx }: RegionFigures, measure: Measure): string {
  if (measure === 'tracks') return String(tracks)
  if (measure === 'solved') return tracks === 0 ? '–' : sayPercent(solved / tracks)
  return sayFigure(errorPx, 'px')
}

function backgroundOf({ tracks, solved, errorPx }: RegionFigures, measure: Measure, most: number): string {
  if (tracks === 0) return 'transparent'
  if (measure === 'tracks') return mixed('var(--camera)', tracks / most)
  if (measure === 'solved')
    return mixed(solved / tracks < 0.5 ? 'var(--failed)' : 'var(--succeeded)', Math.abs(solved / tracks - 0.5) * 2)
  return errorPx === null ? 'transparent' : cssOf(errorColour(errorPx), 0.5)
}

const mixed = (tone: string, share: number) => `color-mix(in srgb, ${tone} ${Math.round(8 + 42 * share)}%, transparent)`

const rowPx = 20
const namesPx = 96

/** Tracks in each region over time: where a row is empty, nothing held that part of the picture. */
function Coverage({ tracks, frame, onFrame }: Omit<MapProps, 'onSelect'>) {
  const cells = useMemo(() => coverage(tracks), [tracks])
  const [hovered, setHovered] = useState<string | null>(null)
  const { from, to } = tracks.frames
  const count = to - from + 1
  const placeOf = (event: MouseEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const at = Math.floor(((event.clientX - box.left - namesPx) / (box.width - namesPx)) * count)
    const row = Math.floor((event.clientY - box.top) / rowPx)
    return at >= 0 && at < count && row >= 0 && row < regionNames.length ? { at, row } : null
  }
  return (
    <figure className="graph">
      <figcaption className="legend">
        <span>Tracks in each region through the clip</span>
        <span className="push number muted">{hovered ?? 'red: none'}</span>
      </figcaption>
      <div
        className="coverage"
        onMouseMove={(event) => {
          const place = placeOf(event)
          const here = place ? (cells[place.row * count + place.at] as number) : 0
          setHovered(place ? `${regionNames[place.row]}, frame ${from + place.at}: ${sayMany(here, 'track')}` : null)
        }}
        onMouseLeave={() => setHovered(null)}
        onClick={(event) => {
          const place = placeOf(event)
          if (place) onFrame(from + place.at)
        }}
      >
        <CoverageCells cells={cells} count={count} />
        <div
          className="playhead"
          style={{ left: `calc(${namesPx}px + (100% - ${namesPx}px) * ${(frame - from + 0.5) / count})`, bottom: 0 }}
        />
      </div>
    </figure>
  )
}

/** It does not know the playhead, and is not drawn when that moves. */
const CoverageCells = memo(function CoverageCells({
  cells,
  count,
}: {
  readonly cells: Uint16Array
  readonly count: number
}) {
  const most = cells.reduce((sum, n) => Math.max(sum, n), 1)
  const canvas = useCanvas((g, width) => {
    const step = (width - namesPx) / count
    const [muted, failed, camera] = [colour('muted'), colour('failed'), colour('camera')]
    g.font = '11px system-ui, sans-serif'
    g.textBaseline = 'middle'
    for (const [row, region] of regionNames.entries()) {
      g.globalAlpha = 1
      g.fillStyle = muted
      g.fillText(region, 0, (row + 0.5) * rowPx)
      for (let i = 0; i < count; i++) {
        const here = cells[row * count + i] as number
        g.globalAlpha = here === 0 ? 0.22 : 0.18 + 0.82 * Math.sqrt(here / most)
        g.fillStyle = here === 0 ? failed : camera
        const [left, right] = [Math.round(namesPx + i * step), Math.round(namesPx + (i + 1) * step)]
        g.fillRect(left, row * rowPx + 1, right - left, rowPx - 2)
      }
    }
  })
  return (
    <canvas
      ref={canvas}
      style={{ height: rowPx * regionNames.length }}
      role="img"
      aria-label="How many tracks each of nine regions had in each frame"
    />
  )
})
