import { useState } from 'react'
import { sayFigure, sayMany } from '../../data/say.ts'
import { Icon } from '../../parts/icon.tsx'
import type { SolvedShot } from '../track-data.ts'
import { centreOf } from '#track/geometry/rigid3.ts'
import { lengthUnits, type LengthUnit } from './laid-scene.ts'
import {
  distanceBetween,
  withAxis,
  withDistance,
  withFloor,
  withOrigin,
  type Axis,
  type Orientation,
} from './orientation.ts'
import { extentOf, pathPlaces, pointInWorld, pointPlaces } from './scene-shapes.ts'
import { objectKinds, type ObjectKind, type TestObject } from './test-objects.ts'
import type { SceneEdits } from './use-laid-scene.ts'

interface ToolsProps {
  readonly shot: SolvedShot
  readonly edits: SceneEdits
  readonly selected: ReadonlySet<number>
}

interface Chosen {
  readonly track: number
  readonly place: Float64Array
}

/** Floor, origin, axes, scale and test objects, from the points that are selected. */
export function SceneTools({ shot, edits, selected }: ToolsProps) {
  // In the order in which they were chosen, which says from where to where an axis runs.
  const chosen = [...selected].flatMap((track): Chosen[] => {
    const point = shot.points.find((one) => one.track === track)
    return point ? [{ track, place: pointInWorld(shot, point.xyz) }] : []
  })
  const { past, future } = edits.scene
  return (
    <aside className="scene-tools" aria-label="Lay out the scene">
      <div className="row">
        <h3 className="grow">Layout</h3>
        <button type="button" className="button quiet small" disabled={past.length === 0} onClick={edits.undo}>
          Undo
        </button>
        <button type="button" className="button quiet small" disabled={future.length === 0} onClick={edits.redo}>
          Redo
        </button>
        <button type="button" className="button quiet small" disabled={past.length === 0} onClick={edits.reset}>
          Reset
        </button>
      </div>
      <p className="faint">
        {chosen.length === 0
          ? 'Click points to choose them, with Shift to add more.'
          : `${sayMany(chosen.length, 'point')} chosen.`}
      </p>
      <Placing shot={shot} edits={edits} chosen={chosen} />
      <Objects shot={shot} edits={edits} chosen={chosen} />
    </aside>
  )
}

interface PartProps {
  readonly shot: SolvedShot
  readonly edits: SceneEdits
  readonly chosen: readonly Chosen[]
}

function Placing({ shot, edits, chosen }: PartProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const { orientation } = edits.scene.now
  const [a, b] = chosen.map(({ place }) => place)
  const centres = shot.cameras.map(({ camFromWorld }) => centreOf(camFromWorld))
  const lay = (next: Orientation | null, changes: { hasFloor?: boolean; isMetric?: boolean }, otherwise: string) => {
    setProblem(next ? null : otherwise)
    if (next) edits.change({ orientation: next, ...changes })
  }
  const axis = (name: Axis) => () => {
    if (a && b)
      lay(
        withAxis(orientation, a, b, name, isTurning ? centres[0] : a),
        {},
        'These points stand one above the other: they tell no heading.',
      )
  }
  // Directions tell neither a plane nor a distance.
  const isTurning = shot.motion === 'tripod'
  const places = chosen.map(({ place }) => place)
  const isPair = chosen.length === 2
  return (
    <div className="stack tight">
      <div className="tool-row">
        <button
          type="button"
          className="button small"
          disabled={chosen.length < 3 || isTurning}
          title="The plane through three points or more becomes the floor"
          onClick={() =>
            lay(
              withFloor(orientation, places, centres),
              { hasFloor: true },
              'These points lie on a line: they tell no floor.',
            )
          }
        >
          Floor <small>3+</small>
        </button>
        <button
          type="button"
          className="button small"
          disabled={chosen.length !== 1 || isTurning}
          title="This point becomes the origin"
          onClick={() => a && lay(withOrigin(orientation, a), {}, '')}
        >
          Origin <small>1</small>
        </button>
        {(['x', 'y', 'z'] as const).map((name) => (
          <button
            key={name}
            type="button"
            className="button small"
            disabled={!isPair}
            title={
              name === 'y'
                ? 'From the first point to the second is up'
                : `From the first point to the second is the ${name} axis; the floor stays`
            }
            onClick={axis(name)}
          >
            {name.toUpperCase()} <small>2</small>
          </button>
        ))}
      </div>
      <Scale
        edits={edits}
        points={a && b && isPair && !isTurning ? [a, b] : null}
        onSet={(metres) => {
          if (a && b)
            lay(
              withDistance(orientation, a, b, metres),
              { isMetric: true },
              'These points are in one place: they tell no scale.',
            )
        }}
      />
      {isTurning && <p className="faint">The camera only turned: floor, origin and scale are not to be had.</p>}
      {problem && <p className="tool-problem">{problem}</p>}
    </div>
  )
}

interface ScaleProps {
  readonly edits: SceneEdits
  readonly points: readonly [Float64Array, Float64Array] | null
  readonly onSet: (metres: number) => void
}

/** What is known of the distance of two points makes the scene metric. */
function Scale({ edits, points, onSet }: ScaleProps) {
  const [text, setText] = useState('')
  const [unit, setUnit] = useState<LengthUnit>('m')
  const { orientation, isMetric } = edits.scene.now
  const value = Number(text.replace(',', '.'))
  const isLength = text.trim() !== '' && value > 0 && Number.isFinite(value)
  const now = points ? distanceBetween(orientation, ...points) : null
  return (
    <form
      className="tool-row"
      onSubmit={(event) => {
        event.preventDefault()
        if (points && isLength) onSet(value * lengthUnits[unit])
      }}
    >
      <label className="row">
        Distance
        <input
          className="field small-field number"
          inputMode="decimal"
          value={text}
          placeholder={now === null ? '2 points' : sayFigure(isMetric ? now / lengthUnits[unit] : now)}
          disabled={!points}
          aria-invalid={text !== '' && !isLength}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <select
        className="field small-field"
        aria-label="Unit"
        value={unit}
        onChange={(event) => setUnit(event.target.value as LengthUnit)}
      >
        {Object.keys(lengthUnits).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <button type="submit" className="button small" disabled={!points || !isLength}>
        Set
      </button>
    </form>
  )
}

const kindNames: Readonly<Record<ObjectKind, string>> = {
  cube: 'Cube',
  cone: 'Cone',
  pole: 'Person',
  grid: 'Floor grid',
  axes: 'Axes',
}

/** How tall a person is, in metres: what the pole shows where the scale is known. */
const personHeight = 1.75

function Objects({ shot, edits, chosen }: PartProps) {
  const { objects, orientation, isMetric } = edits.scene.now
  const add = (kind: ObjectKind) => () => {
    const points = pointPlaces(shot, orientation)
    const usual = extentOf(points, pathPlaces(shot, orientation)).radius / (kind === 'grid' ? 16 : 8)
    const inScene = kind === 'pole' && isMetric ? personHeight : usual
    const size = inScene / orientation.scale
    const first = Math.max(0, ...objects.map(({ id }) => id)) + 1
    const made = chosen.map(
      ({ track, place }, i): TestObject => ({
        id: first + i,
        kind,
        track,
        at: [place[0]!, place[1]!, place[2]!],
        size,
      }),
    )
    edits.change({ objects: [...objects, ...made] })
  }
  return (
    <div className="stack tight">
      <h3>Test objects in the footage</h3>
      <div className="tool-row">
        {objectKinds.map((kind) => (
          <button
            key={kind}
            type="button"
            className="button small"
            disabled={chosen.length === 0}
            title={`Stand on ${chosen.length > 1 ? 'each chosen point' : 'the chosen point'}`}
            onClick={add(kind)}
          >
            {kindNames[kind]}
          </button>
        ))}
      </div>
      {objects.length > 0 && (
        <ul className="object-list">
          {objects.map((object) => (
            <ObjectRow key={object.id} object={object} edits={edits} />
          ))}
        </ul>
      )}
    </div>
  )
}

const growth = 1.25

function ObjectRow({ object, edits }: { object: TestObject; edits: SceneEdits }) {
  const { objects, orientation, isMetric } = edits.scene.now
  const name = `${kindNames[object.kind]} on track ${object.track ?? '?'}`
  const resize = (factor: number) => () =>
    edits.change({
      objects: objects.map((one) => (one.id === object.id ? { ...one, size: one.size * factor } : one)),
    })
  return (
    <li className="row">
      <span className="grow cut">{name}</span>
      <button
        type="button"
        className="button quiet small icon"
        aria-label={`${name}: smaller`}
        onClick={resize(1 / growth)}
      >
        −
      </button>
      <span className="number faint">{sayFigure(object.size * orientation.scale, isMetric ? 'm' : '')}</span>
      <button type="button" className="button quiet small icon" aria-label={`${name}: larger`} onClick={resize(growth)}>
        +
      </button>
      <button
        type="button"
        className="button quiet small icon"
        aria-label={`Remove: ${name}`}
        onClick={() => edits.change({ objects: objects.filter(({ id }) => id !== object.id) })}
      >
        <Icon name="close" size={12} />
      </button>
    </li>
  )
}
