/**
 * The models that act, as advice to a run. A model speaks only where its record says that it may act and its file is whole; and
 * in a share of the runs it is held back, by a coin of the run's own seed, so that what it is worth can be told.
 */
import type { Context } from '#core/context.ts'
import { seededRng } from '#core/rng.ts'
import { beforeOf } from '#domains/camera/learning/examples/clip-features.ts'
import { deadZoneFeatureNames, deadZoneRow } from '#domains/camera/learning/examples/dead-zone-examples.ts'
import { motionOfAll, type Path, signalNames, signalsOf } from '#domains/camera/learning/examples/track-lives.ts'
import type { Advice, Foresight, ModelUse } from '#domains/camera/pipeline/advice.ts'
import { regions } from '#domains/camera/terms.ts'
import { calibrated } from '#learn/models/calibration.ts'
import { type HazardModel, survivalCurves } from '#learn/models/hazard.ts'
import { medianLife } from '#learn/models/survival.ts'
import { predictNetwork } from '#learn/models/network-model.ts'
import { tableOf } from '#learn/models/table.ts'
import { predictTrees, type TreeModel } from '#learn/models/tree-model.ts'
import { actingModel, type ModelRecord, type ModelRegistry } from '#learn/models/registry.ts'
import { aheadFrames } from './fitters.ts'
import { type KeptModel, readKept, readModels } from './model-files.ts'
import type { ModelName } from './model-kinds.ts'

/** A share of the runs in which a model is held back as a control. */
export const holdback = 0.2
/** Points are kept out of a part of the picture that is so likely dead, of so many parts at most. */
const deadLikely = 0.7
const mostRegions = 3

/**
 * @param seed of the run: the same seed has the same models held back
 * @returns null where no model acts
 */
export async function readAdvice(dataDir: string, seed: string, ctx: Pick<Context, 'warn'>): Promise<Advice | null> {
  const registry = await readModels(dataDir, ctx)
  const [dead, failure] = await Promise.all([
    acting(dataDir, registry, 'dead-zones', deadZoneFeatureNames, ctx),
    acting(dataDir, registry, 'failure-frame', signalNames, ctx),
  ])
  if (dead === null && failure === null) return null
  const coin = (record: ModelRecord) => seededRng(`${record.name} ${record.version} ${seed}`).next() >= holdback
  return {
    deadRegions: (info, probe) =>
      dead === null || probe === null ? null : deadRegions(dead, coin(dead.record), info, probe),
    foresight: (info) => (failure === null ? null : foresight(failure, coin(failure.record), info)),
  }
}

export interface Acting extends KeptModel {
  readonly record: ModelRecord
}

/** @returns null where none acts, its file is damaged, or it was trained on other features than this program measures */
export async function acting(
  dataDir: string,
  registry: ModelRegistry,
  name: ModelName,
  featureNames: readonly string[],
  ctx: Pick<Context, 'warn'>,
): Promise<Acting | null> {
  const record = actingModel(registry, name)
  if (record === null || record.featureNames.join() !== featureNames.join()) return null
  const kept = await readKept(dataDir, record, ctx)
  return kept && { ...kept, record }
}

type DeadRegions = NonNullable<ReturnType<Advice['deadRegions']>>

function deadRegions(
  { model, calibration, record }: Acting,
  used: boolean,
  info: Parameters<Advice['deadRegions']>[0],
  probe: NonNullable<Parameters<Advice['deadRegions']>[1]>,
): DeadRegions | null {
  const before = beforeOf(info, probe)
  const table = tableOf(
    record.featureNames,
    regions.map((region) => deadZoneRow(before, region)),
  )
  const told = model.algorithm === 'network' ? predictNetwork(model, table) : predictTrees(model as TreeModel, table)
  const chances = told.map((chance) => (calibration === null ? chance : calibrated(calibration, chance)))
  const likely = regions
    .map((region, i) => ({ region, chance: chances[i]! }))
    .filter(({ chance }) => chance >= deadLikely)
    .sort((a, b) => b.chance - a.chance)
    .slice(0, mostRegions)
  if (likely.length === 0) return null
  const words = likely.map(({ region, chance }) => `${region.replace('-', ' ')} (${chance.toFixed(2)})`).join(', ')
  const reason = `no points in ${words}, where tracks will most likely come to nothing`
  return { regions: likely.map(({ region }) => region), use: useOf(record, used, reason) }
}

const useOf = ({ name, version }: ModelRecord, used: boolean, reason: string): ModelUse => ({
  name,
  version,
  used,
  reason,
})

function foresight(
  { model, calibration, record }: Acting,
  used: boolean,
  info: Parameters<Advice['foresight']>[0],
): Foresight {
  const curvesOf = (paths: readonly Path[], frame: number, ahead: number) => {
    const all = motionOfAll(paths)
    const asked = paths.map((path) => ({ signals: signalsOf(path, all, info), frame: frame - path.startFrame }))
    return survivalCurves(model as HazardModel, asked, ahead)
  }
  return {
    use: useOf(record, used, 'new points are placed before tracks are lost'),
    aheadFrames,
    chances: (paths, frame) =>
      Float64Array.from(curvesOf(paths, frame, aheadFrames), (curve) => {
        const lost = 1 - curve.at(-1)!
        return 1 - (calibration === null ? lost : calibrated(calibration, lost))
      }),
    halfLost(paths, frame) {
      const curves = curvesOf(paths, frame, farthestFrames)
      const mean = Float64Array.from({ length: farthestFrames }, (_, step) => {
        return curves.reduce((sum, curve) => sum + curve[step]!, 0) / Math.max(1, curves.length)
      })
      const median = paths.length === 0 ? null : medianLife(mean)
      return median === null ? null : frame + 1 + median
    },
  }
}

/** So far ahead is looked for the frame by which half are lost. */
const farthestFrames = 60
