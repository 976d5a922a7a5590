import { useState } from 'react'
import type { Request } from '#http/contract.ts'
import { api } from '../data/client.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import type { Solve } from './track-data.ts'
import { exportPlacement } from './views/laid-scene.ts'

type Program = Request<'GET /api/v1/sessions/{id}/scene'>['query']['program']

const programs: readonly (readonly [Program, string, string])[] = [
  ['blender', 'Blender', 'a script that builds camera, footage, lens and points'],
  ['nuke', 'Nuke', 'a script, and the camera as .chan'],
  ['after-effects', 'After Effects', 'a script with camera and nulls'],
  ['usd', 'USD', 'camera and points with time samples'],
  ['gltf', 'glTF', 'camera, animation and points'],
  ['colmap', 'COLMAP', 'cameras, images and points as text'],
  ['opentrackio', 'OpenTrackIO', 'a sample for each frame'],
  ['csv', '2D tracks', 'as CSV and for 3DEqualizer'],
  ['stmap', 'ST-maps', 'to undistort and distort, 32-bit EXR'],
]

interface ExportMenuProps {
  /** null when nothing was recorded. */
  readonly session: string | null
  readonly solve: Solve | null
}

/** The solved camera for the program that goes on with it. */
export function ExportMenu({ session, solve }: ExportMenuProps) {
  const [isOpen, setOpen] = useState(false)
  const hasSolve = solve?.shots.some(({ solved }) => solved) ?? false
  const why = !hasSolve ? 'Nothing is solved yet' : session === null ? 'Nothing was recorded to export from' : undefined
  return (
    <>
      <button type="button" className="button" disabled={why !== undefined} title={why} onClick={() => setOpen(true)}>
        <Icon name="download" size={14} />
        Export
      </button>
      {isOpen && session !== null && solve && (
        <SceneDialog session={session} solve={solve} onClose={() => setOpen(false)} />
      )}
    </>
  )
}

function SceneDialog({ session, solve, onClose }: { session: string; solve: Solve; onClose: () => void }) {
  const [startFrame, setStartFrame] = useState('1')
  // The engine counts all parts of the clip.
  const shots = solve.shots.flatMap((shot, index) => (shot.solved ? [{ shot, index }] : []))
  const [chosen, setChosen] = useState(shots[0]?.index ?? 0)
  const shot = solve.shots[chosen]
  const placement = shot?.solved ? exportPlacement(session, shot) : null
  const start = Math.max(0, Number.parseInt(startFrame, 10) || 0)
  return (
    <Dialog title="Take the camera to…" onClose={onClose}>
      <div className="stack">
        <div className="row wrap">
          <label className="row">
            <span className="muted">First frame is number</span>
            <input
              className="field small figure"
              inputMode="numeric"
              value={startFrame}
              onChange={(event) => setStartFrame(event.target.value)}
            />
          </label>
          {shots.length > 1 && (
            <label className="row">
              <span className="muted">Shot</span>
              <select
                className="field small"
                value={chosen}
                onChange={(event) => setChosen(Number(event.target.value))}
              >
                {shots.map(({ shot: { fromFrame, toFrame }, index }) => (
                  <option key={fromFrame} value={index}>
                    frames {fromFrame}–{toFrame}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
        <p className="muted">
          {placement
            ? 'The scene is laid as in the 3D view; COLMAP keeps the axes of the solve.'
            : 'The cameras’ mean up is up; floor, axes and scale can be set in the 3D view.'}
        </p>
        <ul className="program-list">
          {programs.map(([program, title, about]) => (
            <li key={program}>
              <a
                download
                href={api.url('GET /api/v1/sessions/{id}/scene', {
                  params: { id: session },
                  query: { program, startFrame: start, shot: chosen, ...(placement && { placement }) },
                })}
              >
                <strong>{title}</strong>
                <span className="muted">{about}</span>
                <Icon name="download" size={14} />
              </a>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  )
}
