/**
 * One number to compare reconstructions that keep different observations: every observation counts, also those that were
 * rejected and those whose frame or track was never solved, so that dropping what does not fit wins nothing.
 */
import { errorsPx, type Reconstruction } from './reconstruction.ts'
import { quantile, type Shot } from './shot.ts'

/** Beyond this many scales an observation is as bad as one that is missing. */
const CUT = 8

/**
 * Mean over observations, weighted by area, of log(1 + (e / scale)²), cut and scaled to 0 (all exact) … 1 (nothing fits). `frames`: only
 * observations in these; all when absent.
 */
export function misfit(
  shot: Shot,
  reconstruction: Reconstruction,
  scalePx: number,
  frames?: readonly number[],
): number {
  const counts = frames === undefined ? null : new Set(frames)
  const errors = errorsPx(shot, reconstruction)
  const worst = Math.log1p(CUT * CUT)
  let [sum, count] = [0, 0]
  for (let i = 0; i < errors.length; i++) {
    if (counts !== null && !counts.has(shot.frame[i]!)) continue
    const e = errors[i]! / scalePx
    sum += shot.areaWeight[i]! * (e < CUT ? Math.log1p(e * e) : worst)
    count += shot.areaWeight[i]!
  }
  return count === 0 ? 1 : sum / (count * worst)
}

/** Standard deviation of a coordinate, from the middle error of the kept observations: of Rayleigh noise 1.1774 sigma. */
export function noisePx(shot: Shot, reconstruction: Reconstruction, frames?: readonly number[]): number {
  const counts = frames === undefined ? null : new Set(frames)
  const errors = errorsPx(shot, reconstruction)
  const known = errors.filter(
    (e, i) => !Number.isNaN(e) && reconstruction.kept[i] === 1 && (counts === null || counts.has(shot.frame[i]!)),
  )
  return quantile(known, 0.5) / 1.1774
}
