/** The figures of `stats --by class|region|motion`: one pass, one small counter per group. */
import type { StatGatherer, StatTable } from '#core/domain.ts'
import type { AnySession } from '#core/session.ts'
import { asCamera, footageClass, motionClass } from './classes.ts'
import type { CameraSession } from './session.ts'
import { levels, regions } from './terms.ts'

export const cameraTables: Readonly<Record<string, StatTable>> = {
  class: outcomesBy('Success and solve error per class of footage', (session) => footageClass(session.context)),
  motion: outcomesBy('Success and solve error per class of motion', motionClass, levels),
  region: {
    about: 'Share of tracks that got a 3D point, per region of the image',
    columns: [
      { name: 'tracks', unit: null },
      { name: 'solved', unit: null },
      { name: 'solvedShare', unit: null },
    ],
    start: gatherRegions,
  },
}

function outcomesBy(
  about: string,
  groupOf: (session: CameraSession) => string | null,
  order: readonly string[] = [],
): StatTable {
  const columns = [
    { name: 'sessions', unit: null },
    { name: 'succeeded', unit: null },
    { name: 'successShare', unit: null },
    { name: 'meanErrorPx', unit: 'px' },
    { name: 'meanAttempt', unit: null },
  ]
  return { about, columns, start: () => gatherOutcomes(groupOf, order) }
}

/** Sessions whose status the source does not say count as sessions, and in no share. */
function gatherOutcomes(groupOf: (session: CameraSession) => string | null, order: readonly string[]): StatGatherer {
  const groups = new Map<string, { sessions: number; known: number; succeeded: number; errors: Mean; attempts: Mean }>()
  return {
    add(any: AnySession) {
      const session = asCamera(any)
      const name = groupOf(session) ?? 'unknown'
      const group = groups.get(name) ?? { sessions: 0, known: 0, succeeded: 0, errors: mean(), attempts: mean() }
      groups.set(name, group)
      group.sessions++
      if (session.outcome.status !== null) group.known++
      if (session.outcome.status === 'succeeded') group.succeeded++
      group.errors.add(session.outcome.solveErrorPx)
      group.attempts.add(session.context.attempt)
    },
    rows: () =>
      sorted(groups, order).map(([group, { sessions, known, succeeded, errors, attempts }]) => ({
        group,
        values: [sessions, succeeded, known ? succeeded / known : null, errors.value(), attempts.value()],
      })),
  }
}

/** Counts tracks where there are any; a session that only kept its totals per region counts by those. */
function gatherRegions(): StatGatherer {
  const groups = new Map<string, { tracks: number; solved: number }>()
  const add = (name: string, tracks: number, solved: number) => {
    const group = groups.get(name) ?? { tracks: 0, solved: 0 }
    groups.set(name, { tracks: group.tracks + tracks, solved: group.solved + solved })
  }
  return {
    add(any) {
      const { telemetry } = asCamera(any)
      const tracks = telemetry?.tracks ?? []
      for (const track of tracks) add(track.region ?? 'unknown', 1, track.contributedToSolve ? 1 : 0)
      if (tracks.length > 0) return
      for (const [region, stats] of Object.entries(telemetry?.regionStats ?? {})) {
        if (typeof stats?.totalTracks === 'number') add(region, stats.totalTracks, stats.successfulTracks ?? 0)
      }
    },
    rows: () =>
      sorted(groups, regions).map(([group, { tracks, solved }]) => ({
        group,
        values: [tracks, solved, tracks ? solved / tracks : null],
      })),
  }
}

interface Mean {
  add(value: number | null | undefined): void
  value(): number | null
}

function mean(): Mean {
  let sum = 0
  let count = 0
  return {
    add(value) {
      if (typeof value !== 'number') return
      sum += value
      count++
    },
    value: () => (count ? sum / count : null),
  }
}

/** In the order given, then by name, and what is not known last. */
function sorted<T>(groups: ReadonlyMap<string, T>, order: readonly string[]): readonly (readonly [string, T])[] {
  const rank = (name: string) => {
    if (name === 'unknown') return order.length + 1
    return order.includes(name) ? order.indexOf(name) : order.length
  }
  return [...groups].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
}
