/** Reads solves back for judging: what `hindsight track` wrote (its COLMAP text, as any program would), and Blender's. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pose, Vector } from '#test/footage/truth.ts'
import { rotationOf } from '#track/geometry/so3.ts'
import type { PeerSolve } from './blender-peer.ts'
import type { Placed, PlacedCamera } from './judge-3d.ts'

/** Every part of a clip: DIR/colmap, DIR/colmap-2 and so on. */
export function readColmapParts(dir: string): Placed[] {
  const parts: Placed[] = []
  for (let part = 1; ; part++) {
    const folder = join(dir, part === 1 ? 'colmap' : `colmap-${part}`)
    if (!existsSync(folder)) return parts
    parts.push(readColmap(folder))
  }
}

interface Inside {
  readonly focalPx: number
  readonly k1: number
  readonly k2: number
}

function readColmap(folder: string): Placed {
  const lines = (name: string) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('#'))
  const insides = new Map(
    lines('cameras.txt')
      .filter((line) => line !== '')
      .map((line): [string, Inside] => {
        const [id = '', model = '', , , ...params] = line.split(' ')
        return [id, insideOf(model, params.map(Number))]
      }),
  )
  const cameras = lines('images.txt')
    .filter((_, i) => i % 2 === 0)
    .filter((line) => line !== '')
    .map((line): PlacedCamera => {
      const [, qw, qx, qy, qz, tx, ty, tz, id = '', name = ''] = line.split(' ')
      const rotation = rotationOf(Float64Array.from([qw, qx, qy, qz], Number))
      const t = [tx, ty, tz].map(Number)
      const centre = [0, 1, 2].map(
        (i) => -[0, 1, 2].reduce((sum, k) => sum + (rotation[3 * k + i] ?? 0) * (t[k] ?? NaN), 0),
      )
      const frame = Number(/^frame_(\d{6,})\.png$/.exec(name)?.[1])
      return { frame, centre: centre as unknown as Vector, rotation, focalPx: insides.get(id)?.focalPx ?? NaN }
    })
    .sort((a, b) => a.frame - b.frame)
  const [first] = insides.values()
  return { cameras, k1: first?.k1 ?? NaN, k2: first?.k2 ?? NaN }
}

function insideOf(model: string, p: readonly number[]): Inside {
  const at = (i: number) => p[i] ?? NaN
  switch (model) {
    case 'SIMPLE_PINHOLE':
    case 'PINHOLE':
      return { focalPx: at(0), k1: 0, k2: 0 }
    case 'SIMPLE_RADIAL':
      return { focalPx: at(0), k1: at(3), k2: 0 }
    case 'RADIAL':
      return { focalPx: at(0), k1: at(3), k2: at(4) }
    case 'OPENCV':
    case 'FULL_OPENCV':
      return { focalPx: at(0), k1: at(4), k2: at(5) }
    default:
      throw new Error(`a COLMAP camera model that is not expected here: ${model}`)
  }
}

/** null where Blender gave none. */
export function blenderPlaced(solve: PeerSolve | null): Placed | null {
  if (solve === null || solve.why !== null) return null
  const cameras = solve.cameras.map(({ frame, cam_to_world: pose }): PlacedCamera => {
    const centre = [0, 1, 2].map((i) => pose[i]?.[3] ?? NaN) as unknown as Vector
    return { frame, centre, rotation: turned(pose), focalPx: solve.focal_px }
  })
  return { cameras, k1: solve.k1, k2: solve.k2 }
}

/** From Blender's axes (y up, looking along -Z), columns, to rows x right, y down, z forward; unit length. */
function turned(pose: Pose): number[] {
  return [0, 1, 2].flatMap((axis) => {
    const column = [0, 1, 2].map((i) => pose[i]?.[axis] ?? NaN)
    const length = Math.hypot(...column) * (axis === 0 ? 1 : -1)
    return column.map((v) => v / length)
  })
}

/** What solve.json says of itself, as far as the tables show it. */
export interface SolveSummary {
  readonly shots: readonly {
    readonly fromFrame: number
    readonly toFrame: number
    readonly solved: boolean
    readonly why?: string
    readonly motion?: 'general' | 'tripod'
    readonly zoom?: boolean
    readonly errorPx?: number
    readonly meanTrackErrorPx?: number
    readonly heldOutErrorPx?: number | null
    readonly confidence?: number
  }[]
}

export const readSolveJson = (dir: string): SolveSummary =>
  JSON.parse(readFileSync(join(dir, 'solve.json'), 'utf8')) as SolveSummary
