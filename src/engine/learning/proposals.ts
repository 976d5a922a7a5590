/**
 * A clean-up that is proposed: tracks of a run that a person would most likely take out, by what people took out before. Nothing
 * is changed by it. Accepted, they are deleted as a person would delete them: the clip is solved again, both solves are kept on
 * record, and the better one stays.
 */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import { asCamera } from '#domains/camera/classes.ts'
import {
  proposedReason,
  takenOut,
  trackFeatureNames,
  trackRows,
} from '#domains/camera/learning/examples/track-examples.ts'
import { trackNumber } from '#domains/camera/recording/track-records.ts'
import { calibrated } from '#learn/models/calibration.ts'
import { type LogisticModel, predictLogistic } from '#learn/models/logistic.ts'
import { mayAct } from '#learn/models/registry.ts'
import { tableOf } from '#learn/models/table.ts'
import { readModels } from './model-files.ts'
import type { Engine } from '../engine.ts'
import { sessionById } from '../read.ts'
import { addSolveAgain } from '../solve-again.ts'
import { acting } from './advice.ts'
import { standing } from './models.ts'

export interface TrackProposal {
  /** As sessions name it, and its id for changes. */
  readonly name: string
  readonly track: number
  /** That a person would take it out, 0 to 1. */
  readonly probability: number
  /** What speaks for it most. */
  readonly reason: string
}

export interface CleanupProposal {
  readonly session: string
  /** Version of the model; null: none acts, and nothing is proposed. */
  readonly model: string | null
  /** A sentence. */
  readonly why: string
  /** Of so many tracks. */
  readonly tracks: number
  /** Most likely first. */
  readonly proposals: readonly TrackProposal[]
}

/** A track is proposed that is more likely taken out than left; of all tracks at most this share. */
const likely = 0.5
const mostShare = 0.3

type Warn = Pick<Context, 'warn'>

/** @throws session.unknown */
export async function proposeCleanup(engine: Engine, session: string, ctx: Warn): Promise<CleanupProposal> {
  const camera = asCamera(await sessionById(engine, session))
  const registry = await readModels(engine.dataDir, ctx)
  const found = await acting(engine.dataDir, registry, 'track-quality', trackFeatureNames, ctx)
  if (found === null || found.model.algorithm !== 'logistic') {
    const last = registry.records.findLast(({ name }) => name === 'track-quality')
    const why =
      last === undefined
        ? 'No track filter was trained yet.'
        : `No track filter acts. ${standing(registry, last).reason}`
    return { session, model: null, why, tracks: camera.telemetry?.tracks?.length ?? 0, proposals: [] }
  }
  const { model, calibration, record } = found
  const gone = takenOut(await engine.store.catalog.edits(session), () => false) ?? new Set()
  const rows = trackRows(camera).filter(({ name }) => !gone.has(name))
  const table = tableOf(
    trackFeatureNames,
    rows.map(({ values }) => values),
  )
  const chances = predictLogistic(model, table)
  const proposals = rows
    .flatMap(({ name, values }, i): TrackProposal[] => {
      const track = trackNumber(name)
      const probability = calibration === null ? chances[i]! : calibrated(calibration, chances[i]!)
      if (track === null || probability <= likely) return []
      return [{ name, track, probability, reason: reasonOf(model, values) }]
    })
    .sort((a, b) => b.probability - a.probability || a.track - b.track)
    .slice(0, Math.floor(mostShare * rows.length))
  const why = `By what people took out before, as version ${record.version} of the filter learned it: ${mayAct(record).reason}.`
  return { session, model: record.version, why, tracks: rows.length, proposals }
}

/** The two measurements that speak most for taking it out, against a usual track. */
function reasonOf({ features }: LogisticModel, values: readonly (number | null)[]): string {
  const shares = features.flatMap(({ name, coefficient, mean, deviation }, i) => {
    const value = values[i] ?? null
    return value === null || deviation === 0
      ? []
      : [{ name, value, mean, share: (coefficient * (value - mean)) / deviation }]
  })
  const most = shares.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share)
  const words = most.slice(0, 2).map(({ name, value, mean }) => {
    return yesOrNo[name]?.[value === 0 ? 0 : 1] ?? `${name} ${short(value)} (usually ${short(mean)})`
  })
  return words.length === 0 ? 'several small things' : words.join('; ')
}

/** Of what is not measured but is so or not, in words. */
const yesOrNo: Readonly<Record<string, readonly [no: string, yes: string]>> = {
  'has a point': ['no point in space', 'a point in space'],
  'was lost': ['followed to the end', 'lost'],
  'placed later': ['placed at the start', 'placed later'],
}

const short = (value: number) => Number(value.toPrecision(2)).toString()

/**
 * Deletes what was proposed and solves again, as a job.
 *
 * @param tracks ids of those that are accepted; null: all that are proposed
 * @throws session.unknown, track.unknown, model.refused where nothing is proposed, edit.invalid
 */
export async function acceptCleanup(
  engine: Engine,
  session: string,
  tracks: readonly number[] | null,
  { principal, activeMs }: { readonly principal: string; readonly activeMs: number },
  ctx: Warn,
): Promise<Job> {
  const { proposals, model, why } = await proposeCleanup(engine, session, ctx)
  const taken = proposals.filter(({ track }) => tracks === null || tracks.includes(track))
  if (taken.length === 0) {
    throw fault('model.refused', { expected: 'tracks that are proposed to be taken out', found: `none. ${why}` })
  }
  const reason = `${proposedReason} ${model}`
  const changes = taken.map(({ track }) => ({ op: 'delete' as const, track, reason, inferred: false }))
  return addSolveAgain(engine, { session }, { changes, settings: {}, activeMs, wallMs: activeMs }, principal)
}
