import { useKeys } from '../shell/use-keys.ts'
import type { Look } from './workspace-stage.tsx'

const tails: readonly (readonly [string, number])[] = [
  ['No tails', 0],
  ['Tails', 12],
  ['Long tails', 48],
  ['Paths', Number.POSITIVE_INFINITY],
]

/** How tracks look on the stage. */
export function LookControls({ look, onChange }: { look: Look; onChange: (look: Look) => void }) {
  const set = (part: Partial<Look>) => onChange({ ...look, ...part })
  useKeys({
    t: () => set({ showTracks: !look.showTracks }),
    r: () => set({ showReprojected: !look.showReprojected }),
    c: () => set({ colourBy: look.colourBy === 'error' ? 'fate' : 'error' }),
  })
  return (
    <div className="row push look-controls">
      <button
        type="button"
        className="button small"
        aria-pressed={look.showTracks}
        title="Show tracks (T)"
        onClick={() => set({ showTracks: !look.showTracks })}
      >
        Tracks
      </button>
      <button
        type="button"
        className="button small"
        aria-pressed={look.showReprojected}
        title="Show where the solved camera sees the points (R)"
        onClick={() => set({ showReprojected: !look.showReprojected })}
      >
        Solved
      </button>
      <select
        className="field small"
        aria-label="Colour tracks by"
        title="Colour (C)"
        value={look.colourBy}
        onChange={(event) => set({ colourBy: event.target.value === 'fate' ? 'fate' : 'error' })}
      >
        <option value="error">Error</option>
        <option value="fate">Fate</option>
      </select>
      <select
        className="field small"
        aria-label="Tails"
        value={look.tailFrames}
        onChange={(event) => set({ tailFrames: Number(event.target.value) })}
      >
        {tails.map(([title, frames]) => (
          <option key={title} value={frames}>
            {title}
          </option>
        ))}
      </select>
    </div>
  )
}
