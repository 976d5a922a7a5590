import { useMemo, useState } from 'react'
import { sayFigure } from '../../data/say.ts'
import { fateColours } from './draw-tracks.ts'
import type { DrawnTrack } from './track-model.ts'

type Column = 'name' | 'region' | 'start' | 'length' | 'error' | 'jitter' | 'end'

const columns: readonly (readonly [Column, string])[] = [
  ['name', 'Track'],
  ['region', 'Region'],
  ['start', 'From'],
  ['length', 'Frames'],
  ['error', 'Error px'],
  ['jitter', 'Jitter'],
  ['end', 'End'],
]

const isFigure = (column: Column) => ['start', 'length', 'error', 'jitter'].includes(column)

function cell({ name, errorPx, record }: DrawnTrack, column: Column): string | number | null {
  switch (column) {
    case 'name':
      return name
    case 'region':
      return record.region ?? null
    case 'start':
      return record.startFrame ?? null
    case 'length':
      return record.lifespanFrames ?? null
    case 'error':
      return errorPx
    case 'jitter':
      return record.jitter ?? null
    case 'end':
      return record.deletion?.reason ?? endWords(record)
  }
}

/** Why it ended, and why it got no point. */
function endWords({ endReason, unsolvedReason }: DrawnTrack['record']): string | null {
  return [endReason, unsolvedReason && `not solved: ${unsolvedReason}`].filter(Boolean).join('; ') || null
}

interface TrackTableProps {
  readonly tracks: readonly DrawnTrack[]
  readonly picked: DrawnTrack | null
  readonly onPick: (track: DrawnTrack | null) => void
}

/** The tracks as text: sorted by a click on a column, picked by mouse or keyboard. */
export function TrackTable({ tracks, picked, onPick }: TrackTableProps) {
  const [by, setBy] = useState<Column>('error')
  const [isDown, setDown] = useState(true)
  const sorted = useMemo(() => sort(tracks, by, isDown), [tracks, by, isDown])
  return (
    <div className="track-table">
      <table className="plain">
        <thead>
          <tr>
            {columns.map(([column, title]) => (
              <th
                key={column}
                className={isFigure(column) ? 'right' : undefined}
                aria-sort={column === by ? (isDown ? 'descending' : 'ascending') : undefined}
              >
                <button
                  type="button"
                  className="sort"
                  onClick={() => (column === by ? setDown(!isDown) : setBy(column))}
                >
                  {title}
                  <span aria-hidden="true">{column === by ? (isDown ? ' ↓' : ' ↑') : ''}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((track, i) => (
            <tr key={`${track.name}-${i}`} className={track === picked ? 'picked' : undefined}>
              {columns.map(([column]) => {
                const value = cell(track, column)
                const words = typeof value === 'number' ? sayFigure(value) : (value ?? '–')
                if (column !== 'name') {
                  return (
                    <td key={column} className={isFigure(column) ? 'right' : undefined}>
                      {words}
                    </td>
                  )
                }
                return (
                  <td key={column}>
                    <button
                      type="button"
                      className="track-name"
                      aria-pressed={track === picked}
                      onClick={() => onPick(track === picked ? null : track)}
                    >
                      <span className="swatch" style={{ color: fateColours[track.fate] }} />
                      <span className="cut">{words}</span>
                      <span className="hidden-label">, {track.fate}</span>
                    </button>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What is not known comes last, whichever way. */
function sort(tracks: readonly DrawnTrack[], by: Column, isDown: boolean): readonly DrawnTrack[] {
  return tracks.toSorted((a, b) => {
    const [left, right] = [cell(a, by), cell(b, by)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : String(left).localeCompare(String(right), 'en', { numeric: true })
    return isDown ? -order : order
  })
}
