/** What came of a run, in sentences. */
import { sayFigure, sayMany } from '../data/say.ts'
import type { ClipTracks, Shot, Solve, SolvedShot } from './track-data.ts'

export type Tone = 'succeeded' | 'partial' | 'failed'

export interface Verdict {
  readonly tone: Tone
  readonly title: string
}

/** In one line, over all shots. */
export function verdictOf(solve: Solve | null): Verdict {
  const shots = solve?.shots ?? []
  const solved = shots.filter((shot) => shot.solved)
  if (solved.length === 0) return { tone: 'failed', title: 'Not solved' }
  const frames = solved.reduce((sum, { cameras }) => sum + cameras.length, 0)
  const all = shots.reduce((sum, { fromFrame, toFrame }) => sum + toFrame - fromFrame + 1, 0)
  if (solved.length < shots.length)
    return { tone: 'partial', title: `${solved.length} of ${shots.length} shots solved` }
  const share = frames / all
  if (share < 0.95) return { tone: 'partial', title: `${frames} of ${all} frames solved` }
  const doubt = Math.min(...solved.map(({ confidence }) => confidence))
  if (doubt < 0.5) return { tone: 'partial', title: 'Solved, but doubtful' }
  return { tone: 'succeeded', title: share === 1 ? 'Solved in every frame' : `Solved, ${frames} of ${all} frames` }
}

/** How good a solve is, in the words of people who do it. */
export function qualityOf({ heldOutErrorPx, errorPx, confidence }: SolvedShot): string {
  const error = heldOutErrorPx ?? errorPx
  const words = error < 0.3 ? 'Excellent' : error < 0.6 ? 'Good' : error < 1.2 ? 'Usable' : 'Poor'
  return confidence < 0.5 ? `${words} fit, but the path may be wrong` : `${words} fit`
}

/** Focal length in pixels, and in millimetres on a film back. */
export function focalWords({ intrinsics, focalSigmaPx, zoom, cameras }: SolvedShot, sensorWidthMm: number): string {
  const mm = (px: number) => `${((px * sensorWidthMm) / intrinsics.widthPx).toFixed(2)} mm`
  if (zoom) {
    const focals = cameras.map(({ focalPx }) => focalPx)
    return `${mm(Math.min(...focals))} to ${mm(Math.max(...focals))}`
  }
  const spread = focalSigmaPx === null ? '' : ` ± ${sayFigure(focalSigmaPx)}`
  return `${mm(intrinsics.focalPx)} (${intrinsics.focalPx.toFixed(1)}${spread} px)`
}

export function lensWords({ intrinsics: { lens } }: SolvedShot): string {
  if (lens.model === 'none') return 'no distortion'
  const { model, ...rest } = lens
  const given = Object.entries(rest).filter(([, value]) => value !== 0)
  return `${model}, ${given.map(([name, value]) => `${name} ${value.toPrecision(3)}`).join(', ')}`
}

/** Why tracks got no point, the most frequent first. */
export function unsolvedWords({ unsolved }: SolvedShot): string {
  return tallyWords(unsolved.map(({ reason }) => reason))
}

const unsolvedNames: Readonly<Record<string, string>> = {
  'too-short': 'too short',
  'no-parallax': 'no parallax',
  'moves-on-its-own': 'moving on their own',
  'high-error': 'high error',
  'behind-camera': 'behind the camera',
  'other-part': 'in another part',
}

const endNames: Readonly<Record<string, string>> = {
  'left-frame': 'left the frame',
  'low-correlation': 'lost the match',
  drift: 'drifted',
  occluded: 'were covered',
  'scene-cut': 'met a cut',
  masked: 'entered a mask',
  'range-end': 'reached the end',
  stopped: 'were stopped',
}

export const unsolvedName = (reason: string): string => unsolvedNames[reason] ?? reason.replaceAll('-', ' ')
export const endName = (reason: string): string => endNames[reason] ?? reason.replaceAll('-', ' ')

/** "112 left the frame, 9 drifted". */
export function endWords(ended: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(ended).sort(([, a], [, b]) => b - a)
  return sorted.map(([reason, count]) => `${count} ${endName(reason)}`).join(', ') || '\u00a0'
}

function tallyWords(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  return sorted.map(([reason, count]) => `${count} ${unsolvedName(reason)}`).join(', ')
}

export function shotTitle({ fromFrame, toFrame }: Shot, solve: Solve): string {
  return solve.shots.length === 1 ? 'The shot' : `Frames ${fromFrame} to ${toFrame}`
}

export function trackWords({ tracks }: ClipTracks): string {
  const solved = tracks.filter(({ fate }) => fate === 'solved').length
  const share = tracks.length === 0 ? 0 : Math.round((solved / tracks.length) * 100)
  return `${solved} of ${sayMany(tracks.length, 'track')} in the solve (${share} %)`
}
