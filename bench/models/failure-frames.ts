/**
 * When tracks fail, on made lives with known causes: points that drift to the border, points of low contrast that are lost by
 * chance, and blur that comes and goes. Usage: node bench/models/failure-frames.ts [--tracks 300,1000] [--unseen 1000]
 */
import { parseArgs } from 'node:util'
import { seededRng } from '#core/rng.ts'
import { failureChances, fitHazard, judgeHazard, type TrackLife } from '#learn/models/hazard.ts'
import { auc, calibrationError } from '#learn/models/metrics.ts'
import { machine } from '../machine.ts'

const { values } = parseArgs({
  options: { tracks: { type: 'string', default: '300,1000' }, unseen: { type: 'string', default: '1000' } },
})
const signalNames = ['x', 'contrast', 'blur', 'noise']
const frames = 100

/** Twenty tracks a clip; blur is the clip's own, so that tracks of a clip fail together. */
function madeLives(count: number, seed: string): TrackLife[] {
  const rng = seededRng(`lives ${seed}`)
  let blur: number[] = []
  return Array.from({ length: count }, (_, track) => {
    if (track % 20 === 0) {
      const [period, phase, depth] = [10 + 40 * rng.next(), 2 * Math.PI * rng.next(), rng.next()]
      blur = Array.from({ length: frames }, (_blur, frame) => depth * Math.sin((2 * Math.PI * frame) / period + phase))
    }
    const [start, speed, contrast] = [rng.next(), 0.02 * rng.next() ** 2, rng.next()]
    const seen: number[][] = [[], [], [], []]
    let failed = false
    let frame = 0
    for (; frame < frames && !failed; frame++) {
      const row = [start + speed * frame + 0.002 * rng.next(), contrast + 0.1 * rng.next(), blur[frame]!, rng.next()]
      row.forEach((value, signal) => seen[signal]!.push(rng.next() < 0.03 ? Number.NaN : value))
      const hazard = 0.05 * (1 - contrast) ** 3 + 0.06 * Math.max(0, blur[frame]! - 0.5)
      failed = start + speed * (frame + 1) > 1 || rng.next() < hazard
    }
    const signals = seen.map((signal) => Float64Array.from(signal))
    return { frames: frame, failed, signals, group: `clip ${seed} ${Math.floor(track / 20)}` }
  })
}

function scoreWithin(model: NonNullable<ReturnType<typeof fitHazard>>, lives: readonly TrackLife[]) {
  const labels: number[] = []
  const chances: number[] = []
  for (const life of lives) {
    failureChances(model, life.signals, life.frames, 10).forEach((chance, frame) => {
      const near = frame + 10 >= life.frames
      if (near && !life.failed) return
      labels.push(near ? 1 : 0)
      chances.push(chance)
    })
  }
  return { auc: auc(labels, chances)!, calibration: calibrationError(labels, chances)! }
}

const unseen = madeLives(Number(values.unseen), 'unseen')
console.log(
  `machine: ${machine()}; ${new Date().toISOString().slice(0, 10)}; ${unseen.length} unseen tracks of up to ${frames} frames`,
)
console.log(
  '| tracks | AUC of failure within 10 frames | calibration error | asked at frame | concordance | median frame error | of the usual lifetime | CPU s of the fit |',
)
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |')
for (const count of values.tracks.split(',').map(Number)) {
  const known = madeLives(count, 'known')
  const before = process.cpuUsage()
  const model = fitHazard(signalNames, known)!
  const { user, system } = process.cpuUsage(before)
  const near = scoreWithin(model, unseen)
  for (const frame of [6, 20]) {
    const score = judgeHazard(model, known, unseen, frame, frames)
    const cells = [
      count,
      near.auc.toFixed(3),
      near.calibration.toFixed(3),
      frame,
      score.concordance!.toFixed(3),
      score.medianFrameError,
      score.baselineFrameError,
      ((user + system) / 1e6).toFixed(1),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
