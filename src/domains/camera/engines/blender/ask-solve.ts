/** One solve by Blender: a shot's kept observations there, a reconstruction back. */
import type { Intrinsics, Lens } from '#track/geometry/intrinsics.ts'
import type { Rigid3 } from '#track/geometry/rigid3.ts'
import { emptyReconstruction, type Reconstruction } from '#track/solve/reconstruction.ts'
import type { Shot } from '#track/solve/shot.ts'
import type { Bridge } from './bridge-process.ts'
import { camFromWorld, fromBlenderFrame, toBlender, toBlenderFrame } from './coordinates.ts'
import type { SolveAnswer, SolveQuestion } from './protocol.ts'

/** What Blender is told besides the tracks. */
export interface Hypothesis {
  /** The focal length, centre and lens it starts from, or keeps. */
  readonly intrinsics: Intrinsics
  readonly tripod: boolean
  /** Frames of the shot; of a tripod null. */
  readonly keyframes: readonly [number, number] | null
  readonly refine: SolveQuestion['refine']
}

/** Tracks that take part, and their observations. */
export type Evidence = Pick<Reconstruction, 'kept'> & {
  /** Per track: whether Blender is given it. */
  readonly takesPart: (track: number) => boolean
}

/** Blender places no point from fewer. */
const fewestMarkers = 2

/**
 * @returns null where Blender gives no answer
 * @throws as {@link Bridge.ask}
 */
export async function askSolve(
  bridge: Bridge,
  shot: Shot,
  { kept, takesPart }: Evidence,
  hypothesis: Hypothesis,
  signal: AbortSignal,
): Promise<Reconstruction | null> {
  const { intrinsics, tripod, keyframes, refine } = hypothesis
  const { widthPx, heightPx } = intrinsics
  const given: number[] = []
  const tracks: [number, number, number][][] = []
  for (let t = 0; t < shot.trackIds.length; t++) {
    if (!takesPart(t)) continue
    const markers = markersOf(shot, t, kept, intrinsics)
    if (markers.length < fewestMarkers) continue
    given.push(t)
    tracks.push(markers)
  }
  const answer = await bridge.ask(
    'solve',
    {
      tracks,
      focal_share: intrinsics.focalPx / widthPx,
      pixel_aspect: intrinsics.pixelAspect,
      principal: [intrinsics.principalXPx, heightPx - intrinsics.principalYPx],
      lens: toBlenderLens(intrinsics.lens),
      tripod,
      keyframes:
        keyframes === null
          ? null
          : [toBlenderFrame(shot.fromFrame + keyframes[0]), toBlenderFrame(shot.fromFrame + keyframes[1])],
      refine,
    },
    signal,
  )
  return answer.why === null ? reconstructionOf(shot, answer, hypothesis, kept, given) : null
}

function markersOf(shot: Shot, track: number, kept: Uint8Array, picture: Intrinsics): [number, number, number][] {
  const markers: [number, number, number][] = []
  for (let i = shot.trackStart[track]!; i < shot.trackStart[track + 1]!; i++) {
    if (kept[i] === 0) continue
    const frame = toBlenderFrame(shot.fromFrame + shot.frame[i]!)
    markers.push([frame, ...toBlender(picture, shot.xy[2 * i]!, shot.xy[2 * i + 1]!)])
  }
  return markers
}

function reconstructionOf(
  shot: Shot,
  answer: SolveAnswer,
  { intrinsics, tripod, refine }: Hypothesis,
  kept: Uint8Array,
  given: readonly number[],
): Reconstruction | null {
  const focalPx = answer.focal_share * intrinsics.widthPx
  if (!(focalPx > 0 && Number.isFinite(focalPx))) return null
  const isBent = intrinsics.lens.model !== 'none' || refine.includes('radial_distortion')
  const empty = emptyReconstruction(
    shot,
    {
      ...intrinsics,
      focalPx,
      principalXPx: answer.principal[0],
      principalYPx: intrinsics.heightPx - answer.principal[1],
      lens: isBent ? fromBlenderLens(intrinsics.lens, answer.lens) : intrinsics.lens,
    },
    tripod,
  )
  const cameras: (Rigid3 | null)[] = [...empty.cameras]
  for (const { frame, cam_to_world } of answer.cameras) {
    const at = fromBlenderFrame(frame) - shot.fromFrame
    const pose = camFromWorld(cam_to_world)
    if (pose !== null && at >= 0 && at < cameras.length) cameras[at] = tripod ? turnOnly(pose) : pose
  }
  answer.points.forEach((point, k) => {
    if (point === null) return
    // Of a tripod Blender gives points at some distance in their directions.
    const length = tripod ? Math.hypot(...point) : 1
    if (length > 0)
      empty.points.set(
        point.map((v) => v / length),
        3 * given[k]!,
      )
  })
  return cameras.some((camera) => camera !== null) ? { ...empty, cameras, kept } : null
}

const turnOnly = ({ rotation }: Rigid3): Rigid3 => ({ rotation, translation: new Float64Array(3) })

/** Blender's y runs up: of Brown's tangential coefficients the one of y changes its sign. */
function toBlenderLens(lens: Lens): SolveQuestion['lens'] {
  switch (lens.model) {
    case 'none':
      return { distortion_model: 'POLYNOMIAL', k1: 0, k2: 0, k3: 0 }
    case 'polynomial':
      return { distortion_model: 'POLYNOMIAL', k1: lens.k1, k2: lens.k2, k3: lens.k3 }
    case 'division':
      return { distortion_model: 'DIVISION', division_k1: lens.k1, division_k2: lens.k2 }
    case 'nuke':
      return { distortion_model: 'NUKE', nuke_k1: lens.k1, nuke_k2: lens.k2 }
    case 'brown':
      return {
        distortion_model: 'BROWN',
        brown_k1: lens.k1,
        brown_k2: lens.k2,
        brown_k3: lens.k3,
        brown_k4: lens.k4,
        brown_p1: lens.p1,
        brown_p2: -lens.p2,
      }
  }
}

function fromBlenderLens({ model }: Lens, said: SolveAnswer['lens']): Lens {
  const k = (name: string) => said[name] ?? 0
  switch (model) {
    case 'none':
    case 'polynomial':
      return { model: 'polynomial', k1: k('k1'), k2: k('k2'), k3: k('k3') }
    case 'division':
      return { model, k1: k('division_k1'), k2: k('division_k2') }
    case 'nuke':
      return { model, k1: k('nuke_k1'), k2: k('nuke_k2') }
    case 'brown': {
      const [k1, k2, k3, k4] = [k('brown_k1'), k('brown_k2'), k('brown_k3'), k('brown_k4')]
      return { model, k1, k2, k3, k4, p1: k('brown_p1'), p2: -k('brown_p2') }
    }
  }
}
