/** What was captured of tracking, what was learned from it and what of that was used, in a sentence each. */
import { defaultKey } from '#core/learnable.ts'
import { learnedPolicyName } from '#domains/camera/policies/policies.ts'
import type { Engine } from './engine.ts'
import { readAbout } from './learning/about.ts'
import { lessonsOf } from './learning/learners.ts'
import { counted } from './learning/status-words.ts'
import { readPreferences } from './preferences.ts'

export interface TrackSummary {
  readonly captured: string
  readonly learned: string
  readonly applied: string
}

/** Sessions that are looked at for edits. */
const looked = 500

/** @param project null: of all projects */
export async function trackSummary(engine: Engine, project: string | null): Promise<TrackSummary> {
  const { catalog } = engine.store
  const rows = (await catalog.tally(project)).filter(({ domain }) => domain === 'camera')
  const sum = (some: typeof rows) => some.reduce((total, { sessions }) => total + sessions, 0)
  const sessions = sum(rows)
  const solved = sum(rows.filter(({ status }) => status === 'succeeded'))
  const { items } = await catalog.page({ ...(project === null ? {} : { project }), domain: 'camera' }, looked, null)
  const edited = items.filter(({ edits }) => edits > 0).length
  const { recordSessions, recordEdits } = await readPreferences(engine)
  const off = [...(recordSessions ? [] : ['sessions']), ...(recordEdits ? [] : ['edits'])]
  const captured = [
    sessions === 0
      ? 'Nothing was recorded yet.'
      : sessions === 1
        ? `One run was recorded, ${solved === 1 ? 'and solved' : 'and not solved'}.`
        : `${sessions} runs were recorded, ${solved} of them solved.`,
    ...(edited > 0 ? [`${edited} of the last ${items.length} ${edited === 1 ? 'was' : 'were'} edited by hand.`] : []),
    ...(off.length > 0 ? [`Recording of ${off.join(' and ')} is switched off.`] : []),
  ].join(' ')
  return {
    captured,
    ...(await learnedSummary(engine)),
  }
}

/** Of all projects: what is learned in one is used in all. */
async function learnedSummary(engine: Engine): Promise<Pick<TrackSummary, 'learned' | 'applied'>> {
  const { learned } = engine.store
  let [taught, passed, due, used, seen] = [0, 0, 0, 0, 0]
  for (const { name } of lessonsOf('camera')) {
    const tally = await learned.tally(name)
    taught += sumOf(tally.taught)
    // Sessions of the other engine are nothing that this one passed over.
    passed += sumOf(tally.passed) - (tally.passed['other-engine'] ?? 0)
    due = Math.max(due, tally.due)
    for await (const { about } of learned.lessons(name, looked)) {
      const said = readAbout(about)
      seen++
      if (said?.policy === learnedPolicyName && said.firstTry && said.key !== defaultKey) used++
    }
  }
  const { learnFromSessions } = await readPreferences(engine)
  const words = [
    taught === 0 ? 'nothing was learned yet' : `${counted(taught, 'run')} taught what settings bring`,
    ...(passed > 0 ? [`${counted(passed, 'run says', 'runs say')} nothing of it`] : []),
    ...(due > 0 ? [`${counted(due, 'run is', 'runs are')} still to be looked at`] : []),
    ...(learnFromSessions ? [] : ['learning is switched off']),
  ]
  const applied =
    used === 0
      ? 'no learned settings were used yet: the defaults are, until others have the evidence'
      : `${used} of the last ${counted(seen, 'run')} used settings other than the default, against a control`
  return { learned: sentence(words.join(', ')), applied: sentence(applied) }
}

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
