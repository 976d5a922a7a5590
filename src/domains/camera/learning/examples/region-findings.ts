/**
 * What is found of each part of the picture, with how sure it is: which share of its tracks gets a point, what people delete
 * there and what they add. Shares are means over clips, so that a clip run ten times counts once; the interval is that of the
 * mean over clips, by Student's t.
 */
import type { Edit } from '#core/edit.ts'
import { meanInterval } from '#core/mean-interval.ts'
import type { AnySession } from '#core/session.ts'
import type { CameraBehavior } from '../../behavior.ts'
import { asCamera, groupOf } from '../../classes.ts'
import { type Region, regions } from '../../terms.ts'

export interface RegionFinding {
  readonly region: Region
  /** Share of tracks with a point, mean over clips; null without any. */
  readonly share: number | null
  /** 95 % interval; null below four clips. */
  readonly low: number | null
  readonly high: number | null
  readonly clips: number
  readonly tracks: number
  /** By people, over all sessions that were worked on. */
  readonly deleted: number
  readonly added: number
  readonly sentence: string
}

interface Seen {
  tracks: number
  solved: number
}

/** Counts session by session; its memory grows with the number of clips, not with that of the sessions. */
export class RegionTally {
  readonly #clips = new Map<string, Seen[]>()
  readonly #deleted = new Map<string, number>()
  readonly #added = new Map<string, number>()

  add(session: AnySession, edits: readonly Edit[]): void {
    const camera = asCamera(session)
    if (camera.outcome.solvedFrames) this.#count(groupOf(camera), camera.telemetry?.regionStats ?? {})
    for (const { kind, after } of edits) {
      if (kind !== 'camera.behavior') continue
      const { deletions, disabled, additions } = after as CameraBehavior
      for (const { region } of [...(deletions ?? []), ...(disabled ?? [])]) bump(this.#deleted, region)
      for (const { region } of additions ?? []) bump(this.#added, region)
    }
  }

  #count(clip: string, stats: NonNullable<NonNullable<ReturnType<typeof asCamera>['telemetry']>['regionStats']>) {
    const own = this.#clips.get(clip) ?? regions.map(() => ({ tracks: 0, solved: 0 }))
    this.#clips.set(clip, own)
    regions.forEach((region, i) => {
      const { totalTracks, successfulTracks } = stats[region] ?? {}
      own[i]!.tracks += totalTracks ?? 0
      own[i]!.solved += successfulTracks ?? 0
    })
  }

  findings(): readonly RegionFinding[] {
    return regions.map((region, i) => {
      const seen = [...this.#clips.values()].map((own) => own[i]!).filter(({ tracks }) => tracks > 0)
      const mean = meanInterval(seen.map(({ tracks, solved }) => Math.min(1, solved / tracks)))
      const interval = { share: mean?.mean ?? null, low: within(mean?.low ?? null), high: within(mean?.high ?? null) }
      const tracks = seen.reduce((sum, one) => sum + one.tracks, 0)
      const [deleted, added] = [this.#deleted.get(region) ?? 0, this.#added.get(region) ?? 0]
      const found = { region, ...interval, clips: seen.length, tracks, deleted, added }
      return { ...found, sentence: sentenceOf(found) }
    })
  }
}

function bump(counts: Map<string, number>, region: Region | null | undefined): void {
  if (region) counts.set(region, (counts.get(region) ?? 0) + 1)
}

const within = (value: number | null) => (value === null ? null : Math.min(1, Math.max(0, value)))

const percent = (share: number) => `${Math.round(100 * share)} %`

function sentenceOf({ region, share, low, high, clips, deleted, added }: Omit<RegionFinding, 'sentence'>): string {
  const name = `${region.charAt(0).toUpperCase()}${region.slice(1).replace('-', ' ')}`
  const by = [...(deleted > 0 ? [`people took out ${deleted}`] : []), ...(added > 0 ? [`people added ${added}`] : [])]
  const also = by.length === 0 ? '' : `; ${by.join(' and ')}`
  if (share === null) return `${name}: nothing is known yet${also}.`
  const interval =
    low === null || high === null ? 'too few clips for an interval' : `${percent(low)} to ${percent(high)}`
  const count = clips === 1 ? '1 clip' : `${clips} clips`
  return `${name}: ${percent(share)} of the tracks get a point (${interval}; ${count})${also}.`
}
