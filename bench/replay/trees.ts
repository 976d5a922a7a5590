/** Boosted trees on every cell of the training clips: what a model makes of the whole table. */
import { clipFeatureNames, clipFeatures } from '#domains/camera/learning/examples/clip-features.ts'
import { knownLive } from '#domains/camera/learning/known.ts'
import { fitBag, surestRow, upliftOverDefault } from '#learn/models/uplift.ts'
import type { Table } from '#learn/models/table.ts'
import { type ArenaClip, worth } from './arena.ts'

const settingNames = ['pattern', 'search', 'correlation', 'threshold', 'model']
const featureNames = [...clipFeatureNames, ...settingNames]
const models = ['Loc', 'LocRot', 'LocScale', 'LocRotScale', 'Affine', 'Perspective']

/** A row for each setting of a clip, the default first. */
function rowsOf({ situation, candidates }: ArenaClip): readonly (readonly number[])[] {
  const clip = clipFeatures(knownLive(situation)).map((value) => value ?? Number.NaN)
  return candidates.map(({ settings }) => [
    ...clip,
    Number(settings['patternSize']),
    Number(settings['searchSize']),
    Number(settings['correlation']),
    Math.log(Number(settings['threshold'])),
    models.indexOf(String(settings['motionModel'])),
  ])
}

const tableOf = (rows: readonly (readonly number[])[]): Table => ({
  featureNames,
  rowCount: rows.length,
  values: Float64Array.from(rows.flat()),
})

/** @returns choosers by the mean and by the lower bound of what a setting is worth over the default; null: nothing to learn from */
export function treeChoosers(training: readonly ArenaClip[], seed: number) {
  const rows = training.flatMap(rowsOf)
  const targets = training.flatMap((clip) => clip.candidates.map(({ key }) => worth(clip, key)))
  const groups = training.flatMap(({ name, candidates }) => candidates.map(() => name))
  const bag = fitBag(tableOf(rows), targets, { loss: 'squared', seed }, { groups })
  if (bag === null) return null
  const uplifts = (clip: ArenaClip) => upliftOverDefault(bag, tableOf(rowsOf(clip)), 0, settingNames)
  const keyAt = (clip: ArenaClip, row: number) => clip.candidates[row]?.key ?? 'default'
  return {
    mean(clip: ArenaClip) {
      const all = uplifts(clip)
      return keyAt(
        clip,
        all.reduce((best, one, row) => (one.mean > all[best]!.mean ? row : best), 0),
      )
    },
    surest: (clip: ArenaClip) => keyAt(clip, surestRow(uplifts(clip), 0)),
  }
}
