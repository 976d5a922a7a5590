/** What `hindsight learn` and `hindsight predict` say, for people. */
import { passReasons } from '#core/learnable.ts'
import type { CoverageCell } from '#engine/learning/coverage.ts'
import type { ExperimentResult } from '#engine/learning/experiment-results.ts'
import type { ModelListing } from '#engine/learning/models.ts'
import type { Finding } from '#engine/learning/status-findings.ts'
import { counted, estimateWords, percent, plain } from '#engine/learning/status-words.ts'
import type { LearnerStatus, LearnStatus, Measure } from '#engine/learning/status.ts'
import { settingWords, type ToldPrediction } from '#engine/learning/told-prediction.ts'
import { table, type Terminal } from './terminal.ts'

type Lines = readonly string[]

/** Findings that fit on a screen. */
const mostFindings = 12

export function statusWords({ sentence, learners, coverage, switches }: LearnStatus, terminal: Terminal): Lines {
  const active = learners.filter(({ tally }) => Object.keys(tally.taught).length > 0 || tally.due > 0)
  const quiet = learners.filter((learner) => !active.includes(learner))
  const off = Object.entries(switches).flatMap(([name, isOn]) => (isOn ? [] : [switchNames[name] ?? name]))
  return [
    terminal.style('bold', sentence),
    ...(off.length > 0 ? [`Switched off: ${off.join(', ')}.`] : []),
    ...active.flatMap((learner) => ['', ...learnerWords(learner, terminal)]),
    ...(quiet.length > 0 ? ['', `Nothing learned yet: ${quiet.map(({ about }) => about).join(', ')}.`] : []),
    '',
    ...coverageWords(coverage, terminal),
  ]
}

const switchNames: Readonly<Record<string, string>> = {
  recordSessions: 'recording sessions',
  recordEdits: 'recording edits',
  learnFromSessions: 'learning from sessions',
  learnFromEdits: 'learning from edits',
  learnFromImports: 'learning from imports',
}

function learnerWords(learner: LearnerStatus, terminal: Terminal): Lines {
  const { about, name, tally, worth, safety, findings, measures, damage, experiments, unsigned } = learner
  const sources = Object.entries(tally.taught).map(([source, count]) => `${count} ${sourceNames[source] ?? source}`)
  const passed = Object.entries(tally.passed).map(([reason, count]) => `${count}: ${reasonWords(reason)}`)
  const more = findings.length - mostFindings
  return [
    `${terminal.style('bold', about)} (${name})`,
    `  sessions   ${sources.join(', ') || 'none'}${tally.due > 0 ? `; ${tally.due} not looked at yet` : ''}`,
    ...passed.map((line) => `  left out   ${line}`),
    `  worth      ${worth.sentence}`,
    `  may cost   ${safety.credit.sentence}`,
    `  proof      ${safety.proof.sentence}`,
    ...(damage === null ? [] : [`  damaged    ${damage.at}: ${damage.why}; it was set aside`]),
    ...(unsigned === 0
      ? []
      : [
          `  unsigned   ${counted(unsigned, 'session')} with a choice that was not made here: only what came of it counts`,
        ]),
    ...measures.filter(({ value }) => value !== null).map((measure) => `  ${measureWords(measure)}`),
    ...experiments.map(({ name: title, sentence }) => `  experiment ${title}: ${sentence}`),
    ...(findings.length === 0
      ? []
      : [
          '',
          ...table(
            ['kind', 'sessions', 'solved', 'default', 'best found', 'brings', 'sure', 'used?'],
            findings.slice(0, mostFindings).map(findingRow),
          ).map((line) => `  ${line}`),
        ]),
    ...(more > 0 ? [`  and ${counted(more, 'more kind')} (--json has all)`] : []),
  ]
}

const sourceNames: Readonly<Record<string, string>> = {
  own: 'chosen by the program',
  person: 'with settings of a person',
  import: 'imported',
}

const reasonWords = (reason: string): string =>
  Object.hasOwn(passReasons, reason)
    ? passReasons[reason as keyof typeof passReasons]
    : reason === 'reset'
      ? 'from before learning was reset'
      : reason

function measureWords({ words, unit, goal, value, met }: Measure): string {
  const say = (one: number) => (unit === 'share' ? percent(one) : unit === 'px' ? `${plain(one)} px` : plain(one))
  const aim = 'above' in goal ? `over ${say(goal.above)}` : `under ${say(goal.below)}`
  return `${(value === null ? '–' : say(value)).padEnd(10)} ${words} lately (aim: ${aim}${met === true ? ', met' : ''})`
}

function findingRow({ words, sessions, succeeded, base, best, verdict, missing }: Finding) {
  const sure = verdict?.confidence ?? null
  const used = verdict === null ? 'nothing else tried' : missing === null ? 'yes' : `no: ${missing}`
  return [
    words,
    sessions,
    `${succeeded} of ${sessions}`,
    plain(base.expected.mean),
    best?.words ?? null,
    best === null ? null : `${plain(best.expected.mean)} (${plain(best.expected.low)}–${plain(best.expected.high)})`,
    sure === null ? null : percent(sure),
    used,
  ]
}

function coverageWords({ classes, axes, next }: LearnStatus['coverage'], terminal: Terminal): Lines {
  const cell = ({ sessions, needed }: CoverageCell) =>
    needed === null ? `${sessions}` : `${sessions} (${needed} more)`
  return [
    terminal.style('bold', 'Footage that was recorded (and how much more until the next step: 5, 20, 100 sessions)'),
    ...table(
      ['', '24 frames/s', '30 frames/s', '60 frames/s'],
      classes.map((row) => [row[0]?.name.split(' ')[0] ?? '', ...row.map(cell)]),
    ).map((line) => `  ${line}`),
    ...axes
      .filter(({ name }) => name === 'motion' || name === 'environment')
      .map(({ name, kinds }) => `  ${name}: ${kinds.map((kind) => `${kind.name} ${cell(kind)}`).join(', ')}`),
    ...(next.length === 0 ? [] : ['  record next:', ...next.map((line) => `    ${line}`)]),
  ]
}

/** All that is known of the worth of one learner, with how much it rests on. */
export function worthWords({ name, about, worth }: LearnerStatus): Lines {
  const { coin, replays, learned, base } = worth
  const rows = [['always what was learned', learned] as const, ['always the default', base] as const].map(
    ([what, { snips, doublyRobust, direct, sessions, groups, effective }]) => [
      what,
      snips === null ? null : estimateWords(snips),
      doublyRobust === null ? null : estimateWords(doublyRobust),
      direct === null ? null : estimateWords(direct),
      sessions,
      groups,
      Math.round(effective),
    ],
  )
  const { raced, retries, noPropensity } = learned.leftOut
  return [
    `${about} (${name})`,
    `  by the coin  ${worth.sentence}`,
    ...(replays.first.sessions + replays.second.sessions > 0
      ? [
          `  on known clips  their own best settings in ${counted(replays.first.sessions, 'session')}, the default in ${replays.second.sessions}`,
        ]
      : []),
    ...table(['policy', 'SNIPS', 'doubly robust', 'by the model alone', 'sessions', 'clips', 'worth'], rows).map(
      (line) => `  ${line}`,
    ),
    `  left out: ${noPropensity} without a logged chance, ${retries} retries, ${raced} raced; ${coin.clips} clips by the coin`,
    ...(learned.effective < 30 ? ['  Below some thirty sessions of weight nothing is resolved by weighing.'] : []),
  ]
}

export const experimentWords = (experiments: readonly ExperimentResult[]): Lines =>
  experiments.length === 0
    ? ['No experiment was made.']
    : experiments.flatMap(({ name, learner, first, second, stoppedAt, startedAt, sentence }) => [
        `${name}: ${first} against ${second} (${learner}), since ${startedAt.slice(0, 10)}${stoppedAt === null ? '' : `, ended ${stoppedAt.slice(0, 10)}`}`,
        `  ${sentence}`,
      ])

export const modelWords = (models: readonly ModelListing[]): Lines =>
  models.flatMap(({ name, about, baseline, acting, missing, versions }) => [
    `${name}: ${about}`,
    `  ${acting === null ? `none acts; it has to beat ${baseline}` : `version ${acting} acts`}`,
    ...(missing === null ? [] : [`  not trained: ${missing}`]),
    ...versions.map(({ version, reason, createdAt, acts }) => {
      return `  ${acts ? '*' : ' '} ${version}, ${createdAt.slice(0, 10)}: ${reason}`
    }),
  ])

export function predictionWords(told: ToldPrediction, terminal: Terminal): Lines {
  const { levels, recommended, base, isDefault, isOn, reason, chances, similar, verdict } = told
  const { expected } = recommended
  const expects = `${plain(expected.mean)} (${plain(expected.low)} to ${plain(expected.high)})`
  return [
    terminal.style('bold', isDefault ? 'the default settings' : recommended.words),
    `  settings   ${settingWords(recommended.settings)}`,
    ...(isDefault ? [] : [`  default    ${settingWords(base.settings)}`]),
    `  because    ${reason}`,
    `  expected   ${expects}, of 1, from ${counted(recommended.observations, 'session')}${isDefault ? '' : `; the default ${plain(base.expected.mean)}`}`,
    ...(verdict?.confidence === null || verdict === null ? [] : [`  sure       ${percent(verdict.confidence)}`]),
    `  taken for  ${levels.filter((level) => level !== 'this clip').join('; ')}`,
    `  a run draws ${chances.map(({ words, chance, role }) => `${chanceWords(chance)} ${words} (${roleNames[role]})`).join(', ')}`,
    ...(isOn ? [] : ['  Learning is switched off: runs use the default.']),
    ...(similar.length === 0 ? ['  no session like it yet'] : ['  sessions like it:']),
    ...table(
      ['likeness', 'recorded', 'settings', 'outcome', 'ended', 'session'],
      similar.map(({ distance, recordedAt, used, value, status, session }) => [
        percent(1 - distance),
        recordedAt.slice(0, 10),
        used,
        plain(value),
        status,
        session,
      ]),
    )
      .slice(similar.length === 0 ? 1 : 0)
      .map((line) => `    ${line}`),
  ]
}

/** A try of one among many is rare, and yet no 0. */
const chanceWords = (chance: number) => (chance < 0.01 ? `${(100 * chance).toPrecision(1)} %` : percent(chance))

const roleNames = {
  default: 'the default',
  control: 'to compare with',
  wanted: 'on the evidence',
  probe: 'a try',
  replay: 'did best on this clip',
} as const
