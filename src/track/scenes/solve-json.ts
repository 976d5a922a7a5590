/**
 * `solve.json`: the solved cameras and points of a clip, or why a part of it could not be solved. Its layout is in
 * docs/spec.md. Rigid motions are written as `camFromWorld` (rotation row-major, then translation: a point of the world
 * is R x + t in the camera, x right, y down, z into the picture), with the camera's place beside it, since that is what
 * most readers are after.
 */
import type { ClipInfo } from '#vision/frames.ts'
import { centreOf } from '../geometry/rigid3.ts'
import type { Solution, SolveOptions, SolveResult } from '../solution.ts'
import { colmapFolder, type TextFile } from './names.ts'

/** A part of a clip between two cuts, and what came of solving it. */
export interface Shot {
  /** First and last frame, inclusive. */
  readonly fromFrame: number
  readonly toFrame: number
  readonly result: SolveResult
}

export interface SolveDocument {
  /** The clip's file name, without its folder. */
  readonly clip: string
  readonly info: ClipInfo
  /** First and last frame that were looked at. */
  readonly frames: { readonly from: number; readonly to: number }
  readonly options: SolveOptions
  readonly shots: readonly Shot[]
}

export function solveJson({ clip, info, frames, options, shots }: SolveDocument): TextFile {
  const head = { format: 'hindsight-solve', version: 1, clip: { name: clip, ...info }, frames, options }
  return {
    name: 'solve.json',
    *pieces() {
      yield `${JSON.stringify(head).slice(0, -1)},\n"shots":[\n`
      let part = 0
      for (const [index, { fromFrame, toFrame, result }] of shots.entries()) {
        if (index > 0) yield ',\n'
        const place = { fromFrame, toFrame, solved: result.ok }
        if (result.ok) yield* solvedShot({ ...place, folder: colmapFolder(part++) }, result.solution)
        else yield JSON.stringify({ ...place, code: result.code, why: result.why })
      }
      yield '\n]}\n'
    },
  }
}

/** One camera and one point to a line, so that people can read the file and programs can compare two. */
function* solvedShot(place: object, solution: Solution): Iterable<string> {
  // The frames are the shot's, which `place` has already.
  const { cameras, points, unsolved, fromFrame: _from, toFrame: _to, ...rest } = solution
  yield `${JSON.stringify({ ...place, ...rest }).slice(0, -1)},\n"cameras":[\n`
  yield* listed(cameras, ({ frame, camFromWorld, ...camera }) => ({
    frame,
    camFromWorld: { rotation: [...camFromWorld.rotation], translation: [...camFromWorld.translation] },
    positionInWorld: [...centreOf(camFromWorld)],
    ...camera,
  }))
  yield '],\n"points":[\n'
  yield* listed(points, (point) => point)
  yield '],\n"unsolved":[\n'
  yield* listed(unsolved, (track) => track)
  yield ']}'
}

function* listed<T>(items: readonly T[], shown: (item: T) => object): Iterable<string> {
  for (const [index, item] of items.entries()) {
    yield `${JSON.stringify(shown(item))}${index < items.length - 1 ? ',' : ''}\n`
  }
}
