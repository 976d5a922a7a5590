import { type SplitPlan, splitNames } from '#core/dataset.ts'
import { fault } from '#core/faults.ts'
import { commitVersion, usualPlan } from '#engine/commit-version.ts'
import { createDataset, versionDiff, versionQuality } from '#engine/datasets.ts'
import { makeContext } from '#engine/engine.ts'
import { type Command, type Options, text, withEngine } from '../command.ts'
import { queryOf, whereFlag } from '../query-option.ts'
import { sampleTypeOf } from '../sample-type.ts'
import { table } from '../terminal.ts'

const projectFlag = { flag: '--project <name>', about: 'which project', default: 'default' } as const
const projectOf = (options: Options) => text(options['project']) ?? 'default'

export const datasetCreate: Command = {
  name: 'dataset create',
  about: 'name a set of samples: those of one type, from the sessions that a query finds',
  args: [{ name: '<name>', about: 'a name without @ and slashes' }],
  flags: [
    projectFlag,
    whereFlag,
    { flag: '--type <type>', about: 'image, pair, row or trajectory', required: true },
    { flag: '--about <words>', about: 'what it is for' },
  ],
  run: ([name = ''], options, context) =>
    withEngine(context, async (engine) => {
      const sampleType = sampleTypeOf(text(options['type']) ?? '')
      const select = { sessions: queryOf({ where: options['where'] }), sampleType }
      const dataset = await createDataset(engine, {
        name,
        project: projectOf(options),
        about: text(options['about']),
        select,
      })
      context.terminal.result(
        dataset,
        () => `Created dataset ${dataset.name}; "hindsight dataset commit ${dataset.name}" freezes a version`,
      )
    }),
}

export const datasetCommit: Command = {
  name: 'dataset commit',
  about: 'freeze what a dataset holds today as a version, split and hashed',
  args: [{ name: '<name>', about: 'the dataset' }],
  flags: [
    projectFlag,
    { flag: '--version <version>', about: 'semantic version (default: the next, by what changed)' },
    { flag: '--split <shares>', about: 'train,val,test (default: as before, else 0.8,0.1,0.1)' },
    { flag: '--seed <seed>', about: 'seed of the split', default: 1 },
    { flag: '--stratify <attribute>', about: 'spread the values of this attribute evenly' },
    { flag: '--note <words>', about: 'what changed' },
  ],
  run: ([dataset = ''], options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      const request = {
        project: projectOf(options),
        dataset,
        version: text(options['version']),
        plan: planOf(options),
        note: text(options['note']),
      }
      const { version, withheld, leaks } = await commitVersion(
        engine,
        request,
        makeContext({ signal, progress: terminal.progress }),
      )
      terminal.result({ version, withheld, leaks }, () => [
        `${version.dataset}@${version.version}: ${version.items} samples (train ${version.counts.train}, val ${version.counts.val}, test ${version.counts.test})`,
        `hash ${version.hash}`,
        ...(leaks.twins.count === 0
          ? []
          : [
              `${leaks.twins.count} samples look like one in another part of the split; "hindsight duplicates" names them`,
            ]),
        ...Object.entries(withheld).map(([because, count]) => `${count} left out: ${because}`),
      ])
    }),
}

function planOf(options: Options): SplitPlan | null {
  const [shares, seed, stratify] = [text(options['split']), text(options['seed']), text(options['stratify'])]
  if (shares === null && seed === null && stratify === null) return null
  const [train = Number.NaN, val = Number.NaN, test = Number.NaN, ...rest] = (shares ?? '0.8,0.1,0.1')
    .split(',')
    .map(Number)
  if (rest.length > 0 || ![train, val, test].every((share) => share >= 0 && share <= 1)) {
    throw fault('usage', { expected: 'three shares such as 0.7,0.2,0.1', found: `"${shares}"`, where: '--split' })
  }
  const number = seed === null ? usualPlan.seed : Number(seed)
  if (!Number.isInteger(number) || number < 0)
    throw fault('usage', { expected: 'an integer from 0', found: `"${seed}"`, where: '--seed' })
  return { shares: { train, val, test }, seed: number, stratifyBy: stratify }
}

export const datasetList: Command = {
  name: 'dataset list',
  about: 'list datasets with their versions',
  flags: [{ flag: '--project <name>', about: 'only this project' }],
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const datasets = await engine.store.datasets.list(text(options['project']))
      const items = await Promise.all(
        datasets.map(async (dataset) => ({
          ...dataset,
          versions: await engine.store.datasets.versions(dataset.project, dataset.name),
        })),
      )
      context.terminal.result({ items }, () =>
        items.length === 0
          ? 'There is no dataset yet; make one with "hindsight dataset create".'
          : table(
              ['project', 'name', 'type', 'versions', 'samples', 'about'],
              items.map((item) => [
                item.project,
                item.name,
                item.select.sampleType,
                item.versions.map((version) => version.version + (version.redacted ? ' (redacted)' : '')).join(' ') ||
                  'none',
                item.versions[0]?.items ?? null,
                item.about ?? '',
              ]),
            ),
      )
    }),
}

export const datasetShow: Command = {
  name: 'dataset show',
  about: 'figures of a version by which to judge whether it is fit to train on',
  args: [{ name: '<name>', about: 'the latest version of a dataset, or NAME@VERSION' }],
  flags: [projectFlag],
  run: ([name = ''], options, context) =>
    withEngine(context, async (engine) => {
      const { version, quality } = await versionQuality(engine, projectOf(options), name)
      context.terminal.result({ version, quality }, () => [
        `${version.dataset}@${version.version}, ${version.createdAt}${version.redacted ? ', redacted' : ''}`,
        `${quality.samples} samples of ${quality.contributors} contributors; ${quality.repeatedPictures} with pictures seen before`,
        ...splitNames.map((split) => `${split}: ${quality.splits[split]}`),
        ...(quality.images === null ? [] : imageFigures(quality.images)),
      ])
    }),
}

type Quality = Awaited<ReturnType<typeof versionQuality>>['quality']

function imageFigures(images: NonNullable<Quality['images']>): readonly string[] {
  const { small, medium, large } = images.boxSizes
  return [
    `${images.annotations} labels on ${images.images} pictures, ${images.negatives} without any; ${images.verified} verified`,
    `boxes: ${small} small, ${medium} medium, ${large} large; ${images.duplicateLabels} labelled twice`,
    ...table(
      ['class', 'labels', 'pictures', 'verified'],
      images.classes.map((entry) => [entry.label, entry.annotations, entry.images, entry.verified]),
    ),
  ]
}

export const datasetDiff: Command = {
  name: 'dataset diff',
  about: 'what changed between two versions',
  args: [
    { name: '<name>', about: 'the dataset' },
    { name: '<from>', about: 'version, such as 1.0.0' },
    { name: '<to>', about: 'version, such as 1.1.0' },
  ],
  flags: [projectFlag],
  run: ([name = '', from = '', to = ''], options, context) =>
    withEngine(context, async (engine) => {
      const diff = await versionDiff(engine, projectOf(options), name, from, to)
      context.terminal.result(diff, () => diffWords(diff, from, to))
    }),
}

type VersionDiff = Awaited<ReturnType<typeof versionDiff>>

function diffWords(diff: VersionDiff, from: string, to: string): readonly string[] {
  const { annotations, labels, shapes } = diff
  const named = (what: string, { added, removed }: VersionDiff['labels']) => [
    ...(added.length === 0 ? [] : [`new ${what}: ${added.join(', ')}`]),
    ...(removed.length === 0 ? [] : [`${what} gone: ${removed.join(', ')}`]),
  ]
  return [
    `samples: ${diff.before} in ${from}, ${diff.after} in ${to}; ${counts(diff, ['added', 'removed', 'changed', 'moved'])}`,
    `labels of changed samples: ${counts(annotations, ['added', 'removed', 'moved', 'relabelled', 'restated'])}`,
    ...named('classes', labels),
    ...named('shapes', shapes),
    ...Object.entries(diff.examples).flatMap(([what, ids]) => (ids.length === 0 ? [] : [`${what}: ${ids.join(' ')}`])),
  ]
}

/** "2 added, 1 moved" */
function counts<Name extends string>(of: Readonly<Record<Name, number>>, names: readonly Name[]): string {
  return (
    names
      .filter((name) => of[name] > 0)
      .map((name) => `${of[name]} ${name}`)
      .join(', ') || 'none changed'
  )
}
