import { useState } from 'react'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { type ResultSource, sceneUrl } from './track-api.ts'
import type { Solve } from './track-data.ts'
import { exportPlacement } from './views/laid-scene.ts'

type Program = Parameters<typeof sceneUrl>[1]['program']

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
  readonly source: ResultSource | null
  readonly solve: Solve | null
}

/** The solved camera for the program that goes on with it. */
export function ExportMenu({ source, solve }: ExportMenuProps) {
  const [isOpen, setOpen] = useState(false)
  const hasSolve = solve?.shots.some(({ solved }) => solved) ?? false
  const why = hasSolve && source ? undefined : 'Nothing is solved yet'
  return (
    <>
      <button type="button" className="button" disabled={why !== undefined} title={why} onClick={() => setOpen(true)}>
        <Icon name="download" size={14} />
        Export
      </button>
      {isOpen && source && solve && <SceneDialog source={source} solve={solve} onClose={() => setOpen(false)} />}
    </>
  )
}

interface SceneDialogProps {
  readonly source: ResultSource
  readonly solve: Solve
  readonly onClose: () => void
}

function SceneDialog({ source, solve, onClose }: SceneDialogProps) {
  const [startFrame, setStartFrame] = useState('1')
  // The engine counts all parts of the clip.
  const shots = solve.shots.flatMap((shot, index) => (shot.solved ? [{ shot, index }] : []))
  const [chosen, setChosen] = useState(shots[0]?.index ?? 0)
  const shot = solve.shots[chosen]
  const placement = shot?.solved ? exportPlacement(source.id, shot) : null
  const hasLens = shot?.solved === true && shot.intrinsics.lens.model !== 'none'
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
          {programs.map(([program, title, about]) =>
            program === 'stmap' && !hasLens ? (
              <li key={program}>
                <strong>{title}</strong>
                <span className="muted">not needed: the lens does not distort</span>
              </li>
            ) : (
              <li key={program}>
                <a
                  download
                  href={sceneUrl(source, {
                    program,
                    startFrame: start,
                    shot: chosen,
                    ...(placement && { placement }),
                  })}
                >
                  <strong>{title}</strong>
                  <span className="muted">{about}</span>
                  <Icon name="download" size={14} />
                </a>
              </li>
            ),
          )}
        </ul>
      </div>
    </Dialog>
  )
}
