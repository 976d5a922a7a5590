/** What was captured of tracking, what was learned from it and what of that was used, in a sentence each. */
import type { Engine } from './engine.ts'
import { learnedWords } from './learned-words.ts'
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
    learned: sentence(learnedWords.learned),
    applied: sentence(learnedWords.applied),
  }
}

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
