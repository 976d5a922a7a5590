import { readFile, writeFile } from 'node:fs/promises'
import { fault } from '#core/faults.ts'
import { isJsonObject, type JsonObject, parseJson } from '#core/json.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { type Experiment, startExperiment, stopExperiment } from '#engine/learning/experiments.ts'
import { lessonsNamed } from '#engine/learning/learners.ts'
import {
  activateModel,
  exportModel,
  importModel,
  knownName,
  listModels,
  rollBackModel,
} from '#engine/learning/models.ts'
import { catchUp } from '#engine/learning/learn.ts'
import { networkImport } from '#engine/learning/networks.ts'
import { rebuildLearned, resetLearned } from '#engine/learning/rebuild.ts'
import { learnStatus } from '#engine/learning/status.ts'
import { counted } from '#engine/learning/status-words.ts'
import { trainModels } from '#engine/learning/train.ts'
import { comparable } from '#engine/learning/use-learning.ts'
import { type Command, type CommandContext, type Options, text, withEngine } from '../command.ts'
import { experimentWords, modelWords, statusWords, worthWords } from '../learn-words.ts'

const learnerArg = { name: '[learner]', about: 'one of them ("camera/embedded"); all when left out' }

const contextOf = ({ terminal, signal }: CommandContext) =>
  makeContext({ signal, progress: terminal.progress, warn: terminal.warn })

export const learnStatusCommand: Command = {
  name: 'learn status',
  about: 'what was learned, from which sessions, what it is worth and may cost, and what to record next',
  args: [learnerArg],
  more: `Outcomes run from 0 (no camera) to 1 (solved, exact, most tracks survive); intervals hold nine chances in ten.
"used?" says whether runs use the setting, or what is missing: three sessions, 70 % confidence, and a gain.`,
  run: ([learner], _options, context) =>
    withEngine(context, async (engine) => {
      await catchUp(engine, contextOf(context))
      const status = await learnStatus(engine, learner ?? null)
      context.terminal.result(status, () => statusWords(status, context.terminal))
    }),
}

export const learnEvaluate: Command = {
  name: 'learn evaluate',
  about: 'what learning is worth: by the coin, and by weighing all logged choices',
  args: [learnerArg],
  more: `SNIPS and doubly robust estimates rest on the chances that were logged with each choice; of sessions without them only
the model can speak, which is biased. Exit status 1 when no session says anything.`,
  run: ([learner], _options, context) =>
    withEngine(context, async (engine) => {
      await catchUp(engine, contextOf(context))
      const { learners } = await learnStatus(engine, learner ?? null)
      const known = learners.filter(({ worth }) => worth.base.sessions > 0)
      const worths = known.map(({ name, worth }) => ({ name, worth }))
      context.terminal.result({ learners: worths }, () =>
        known.length === 0 ? ['No session says anything yet.'] : known.flatMap((one) => worthWords(one)),
      )
      return known.length === 0 ? 1 : 0
    }),
}

export const learnTrain: Command = {
  name: 'learn train',
  about: 'train the models on what was recorded; those that beat the obvious on unseen clips act',
  args: [{ name: '[models...]', about: 'settings, dead-zones, track-quality, failure-frame; all when left out' }],
  flags: [{ flag: '--seed <number>', about: 'of every random choice (default 1)' }],
  run: (names, options, context) =>
    withEngine(context, async (engine) => {
      const asked = names.map(knownName)
      const seed = seedOf(options)
      const report = await trainModels(
        engine,
        { ...(asked.length > 0 ? { names: asked } : {}), ...(seed === null ? {} : { seed }) },
        contextOf(context),
      )
      context.terminal.result(report, () => [
        `${counted(report.sessions, 'session')} of ${counted(report.clips, 'clip')}, ${counted(report.edits, 'edit')}`,
        ...report.models.flatMap(({ name, acts, version, rows, reason }) => [
          `${name}: ${acts ? 'acts' : 'does not act'}${version === null ? '' : ` (version ${version}, ${counted(rows, 'row')})`}`,
          `  ${reason}`,
        ]),
      ])
    }),
}

function seedOf(options: Options): number | null {
  const said = text(options['seed'])
  if (said === null) return null
  const seed = Number(said)
  if (Number.isInteger(seed) && seed >= 0 && seed <= 0xffff_ffff) return seed
  throw fault('usage', { expected: '--seed with a whole number from 0', found: `"${said}"` })
}

export const learnReset: Command = {
  name: 'learn reset',
  about: 'forget what was learned, and begin with what the program came with; sessions stay',
  args: [learnerArg],
  flags: [{ flag: '--yes', about: 'really do it' }],
  more: '"learn rebuild" learns from the sessions again.',
  run: ([learner], options, context) =>
    withEngine(context, async (engine) => {
      const names = lessonsNamed(learner ?? null).map(({ name }) => name)
      if (options['yes'] !== true) {
        throw fault('usage', { expected: '--yes', found: 'no --yes', fix: 'add --yes to forget what was learned' })
      }
      await resetLearned(engine, learner ?? null)
      context.terminal.result({ learners: names }, () => `Begun anew: ${names.join(', ')}`)
    }),
}

export const learnRebuild: Command = {
  name: 'learn rebuild',
  about: 'learn everything anew from the sessions that there are',
  args: [learnerArg],
  run: ([learner], _options, context) =>
    withEngine(context, async (engine) => {
      const done = await rebuildLearned(engine, learner ?? null, contextOf(context))
      context.terminal.result(done, () => `${counted(done.taught, 'session')} taught, ${done.passedOver} say nothing`)
    }),
}

export const learnModels: Command = {
  name: 'learn models',
  about: 'the models that were trained, which of them act, and why',
  run: (_args, _options, context) => withEngine(context, (engine) => showModels(engine, context)),
}

async function showModels(engine: Engine, context: CommandContext): Promise<void> {
  const models = await listModels(engine, contextOf(context))
  context.terminal.result({ models }, () => modelWords(models))
}

export const learnActivate: Command = {
  name: 'learn activate',
  about: 'let a version of a model act that has earned it',
  args: [
    { name: '<model>', about: 'its name' },
    { name: '<version>', about: 'as "learn models" shows it' },
  ],
  run: ([model = '', version = ''], _options, context) =>
    withEngine(context, async (engine) => {
      await activateModel(engine, model, version, contextOf(context))
      await showModels(engine, context)
    }),
}

export const learnRollback: Command = {
  name: 'learn rollback',
  about: 'take the acting version of a model out for good; the one before it acts again, or none',
  args: [{ name: '<model>', about: 'its name' }],
  flags: [{ flag: '--reason <words>', about: 'why, to be shown with it' }],
  run: ([model = ''], options, context) =>
    withEngine(context, async (engine) => {
      await rollBackModel(engine, model, text(options['reason']) ?? 'a person took it back', contextOf(context))
      await showModels(engine, context)
    }),
}

export const learnExport: Command = {
  name: 'learn export',
  about: 'write a model as readable JSON, with its scaling and how it was judged',
  args: [
    { name: '<model>', about: 'its name' },
    { name: '[version]', about: 'the one that acts when left out, else the newest' },
  ],
  flags: [{ flag: '--out <file>', about: 'the file to make (default: standard output)' }],
  run: ([model = '', version], options, context) =>
    withEngine(context, async (engine) => {
      const exported = await exportModel(engine, model, version ?? null, contextOf(context))
      const out = text(options['out'])
      if (out === null) return context.terminal.result(exported, () => JSON.stringify(exported, null, 2))
      await writeNew(out, `${JSON.stringify(exported, null, 2)}\n`)
      context.terminal.result({ written: out }, () => `Written to ${out}`)
    }),
}

/** @throws store.occupied, file.* */
async function writeNew(path: string, words: string): Promise<void> {
  try {
    await writeFile(path, words, { flag: 'wx' })
  } catch (error) {
    throw fileFault(error, path)
  }
}

function fileFault(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EEXIST') return fault('store.occupied', { expected: 'a file that is not there yet', found: path })
  if (code === 'ENOENT') return fault('file.missing', { expected: 'a file or its folder', found: path })
  return error
}

export const learnImport: Command = {
  name: 'learn import',
  about: 'bring in a model that "learn export" wrote, or a network; it does not act by that',
  args: [{ name: '<file>', about: 'the JSON file; or an ONNX file' }],
  flags: [{ flag: '--as <file>', about: 'of an ONNX file: its description, JSON' }],
  more: `A description says what the network is for ("model": settings or dead-zones), what goes in ("features", in order, each with
name, mean and deviation) and what comes out ("output": chance, logit or value). The network is judged on clips that are
recorded after it came, by "learn train", and acts where it beats what acts without it.`,
  run: ([file = ''], options, context) =>
    withEngine(context, async (engine) => {
      const description = text(options['as'])
      const json =
        description === null
          ? parseJson((await contentOf(file)).toString('utf8'), file)
          : networkImport(objectIn((await contentOf(description)).toString('utf8'), description), await contentOf(file))
      const brought = await importModel(engine, json, contextOf(context))
      context.terminal.result(brought, () => `${brought.name}, here as version ${brought.version}`)
    }),
}

const contentOf = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: unknown) => {
    throw fileFault(error, file)
  })

/** @throws json.*, model.invalid */
function objectIn(written: string, file: string): JsonObject {
  const json = parseJson(written, file)
  if (isJsonObject(json)) return json
  throw fault('model.invalid', { expected: 'a description of the network, a JSON object', found: file })
}

export const learnExperiment: Command = {
  name: 'learn experiment',
  about: 'compare two policies by a coin for each session: list, start or stop',
  args: [
    { name: '[action]', about: 'list, start or stop; list when left out' },
    { name: '[name]', about: 'of the experiment' },
  ],
  flags: [
    { flag: '--learner <name>', about: 'whose settings (default camera/embedded)' },
    { flag: '--first <policy>', about: 'learned, defaults, motion-class or tiers (default learned)' },
    { flag: '--second <policy>', about: 'the other one (default defaults)' },
    { flag: '--chance <share>', about: 'of the first, 0.05 to 0.95 (default 0.5)' },
  ],
  more: `The result may be looked at after every session: its test stays right however often. Runs that name a policy take no part.
  hindsight learn experiment start table --first motion-class --second defaults`,
  run: ([action = 'list', name], options, context) =>
    withEngine(context, async (engine) => {
      if (action === 'list' && name === undefined) return await showExperiments(engine, context)
      if (name === undefined || (action !== 'start' && action !== 'stop')) {
        throw fault('usage', {
          expected: 'list, or start or stop with a name',
          found: `"${action}" ${name ?? ''}`.trim(),
        })
      }
      const { terminal } = context
      const shown: Experiment =
        action === 'stop'
          ? await stopExperiment(engine, name)
          : await startExperiment(engine, { name, ...askedOf(options) }, comparable)
      const { first, second, learner } = shown
      terminal.result(shown, () =>
        action === 'stop' ? `Stopped: ${name}` : `From now on a coin: ${first} against ${second} (${learner})`,
      )
    }),
}

function askedOf(options: Options) {
  const chance = text(options['chance'])
  return {
    learner: text(options['learner']) ?? 'camera/embedded',
    first: text(options['first']) ?? 'learned',
    second: text(options['second']) ?? 'defaults',
    ...(chance === null ? {} : { chance: Number(chance) }),
  }
}

async function showExperiments(engine: Engine, context: CommandContext): Promise<void> {
  await catchUp(engine, contextOf(context))
  const { learners } = await learnStatus(engine)
  const experiments = learners.flatMap((learner) => learner.experiments)
  context.terminal.result({ experiments }, () => experimentWords(experiments))
}
