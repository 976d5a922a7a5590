/**
 * How a person laid a solved shot out, with a history: its placement, its unit and the test objects in it. Kept in the page for
 * each shot of each attempt, since a solve has a world of its own; the player draws the objects, the export takes the placement.
 */
import type { Rigid3 } from '#track/geometry/rigid3.ts'
import { placementText } from '#track/scenes/placement.ts'
import type { SolvedShot } from '../track-data.ts'
import { initialOrientation, type Orientation } from './orientation.ts'
import type { TestObject } from './test-objects.ts'

export const lengthUnits = { mm: 0.001, cm: 0.01, m: 1, in: 0.0254, ft: 0.3048 } as const
export type LengthUnit = keyof typeof lengthUnits

export interface Laid {
  readonly orientation: Orientation
  /** A unit of the scene is a metre; false while the scale is not known. */
  readonly isMetric: boolean
  /** y = 0 was said to be the floor. */
  readonly hasFloor: boolean
  readonly objects: readonly TestObject[]
}

export interface LaidScene {
  readonly now: Laid
  readonly past: readonly Laid[]
  readonly future: readonly Laid[]
}

/** Steps that can be undone. */
const longest = 100

export function freshScene(cameras: readonly { readonly camFromWorld: Rigid3 }[]): LaidScene {
  const now: Laid = { orientation: initialOrientation(cameras), isMetric: false, hasFloor: false, objects: [] }
  return { now, past: [], future: [] }
}

export const changed = ({ now, past }: LaidScene, changes: Partial<Laid>): LaidScene => ({
  now: { ...now, ...changes },
  past: [...past, now].slice(-longest),
  future: [],
})

/** The same scene where there is nothing to undo. */
export function undone(scene: LaidScene): LaidScene {
  const before = scene.past.at(-1)
  if (!before) return scene
  return { now: before, past: scene.past.slice(0, -1), future: [scene.now, ...scene.future] }
}

/** The same scene where there is nothing to do again. */
export function redone(scene: LaidScene): LaidScene {
  const [after, ...future] = scene.future
  return after ? { now: after, past: [...scene.past, scene.now], future } : scene
}

/** How an export is to lay the scene, as it lies here; null where nobody laid it. */
export function placementOf({ now, past }: LaidScene): Orientation | null {
  return past.every(({ orientation }) => orientation === now.orientation) ? null : now.orientation
}

/** The same for the address of an export. */
export function exportPlacement(run: string, shot: SolvedShot): string | null {
  const placement = placementOf(laidScene(sceneKey(run, shot), shot))
  return placement && placementText(placement)
}

type Listener = () => void

const scenes = new Map<string, LaidScene>()
const fresh = new WeakMap<SolvedShot, LaidScene>()
const listeners = new Set<Listener>()

/** Which scene a shot of a run is: of its session, or of its job where nothing was recorded. */
export const sceneKey = (run: string, shot: Pick<SolvedShot, 'fromFrame'>): string => `${run} ${shot.fromFrame}`

/** As it was laid, or as it is laid at first: the same object until something changes. */
export function laidScene(key: string, shot: SolvedShot): LaidScene {
  const kept = scenes.get(key)
  if (kept) return kept
  let made = fresh.get(shot)
  if (!made) fresh.set(shot, (made = freshScene(shot.cameras)))
  return made
}

export function keepScene(key: string, scene: LaidScene): void {
  scenes.set(key, scene)
  for (const listener of listeners) listener()
}

/** Forgets how a shot was laid. */
export function resetScene(key: string): void {
  scenes.delete(key)
  for (const listener of listeners) listener()
}

export function listenToScenes(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
