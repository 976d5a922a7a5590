/** What was captured of tracking, what was learned from it and what of that was used, in a sentence each. */
import type { Engine } from './engine.ts'
import { readPreferences } from './preferences.ts'

export interface TrackSummary {
  readonly captured: string
  readonly learned: string
  readonly applied: string
}

/** Sessions that are looked at for edits. */
const looked = 500

export async function trackSummary(engine: Engine): Promise<TrackSummary> {
  const { catalog } = engine.store
  const rows = (await catalog.tally(null)).filter(({ domain }) => domain === 'camera')
  const sum = (some: typeof rows) => some.reduce((total, { sessions }) => total + sessions, 0)
  const sessions = sum(rows)
  const solved = sum(rows.filter(({ status }) => status === 'succeeded'))
  const { items } = await catalog.page({ domain: 'camera' }, looked, null)
  const edited = items.filter(({ edits }) => edits > 0).length
  const { recordSessions, recordEdits } = await readPreferences(engine)
  const off = [...(recordSessions ? [] : ['sessions']), ...(recordEdits ? [] : ['edits'])]
  const captured = [
    sessions === 0 ? 'Nothing was recorded yet.' : `${sessions} runs were recorded, ${solved} of them solved.`,
    ...(edited > 0 ? [`${edited} of the last ${items.length} were edited by hand.`] : []),
    ...(off.length > 0 ? [`Recording of ${off.join(' and ')} is switched off.`] : []),
  ].join(' ')
  return {
    captured,
    learned: 'Nothing is learned from them yet: this version goes by fixed rules.',
    applied: 'So no learned settings are used: each run says which rule chose its settings, and why.',
  }
}
