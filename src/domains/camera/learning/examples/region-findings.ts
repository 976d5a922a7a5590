/**
 * What is found of each part of the picture, with how sure it is: which share of its tracks gets a point, what people delete
 * there and what they add. Shares are means over clips, so that a clip run ten times counts once; the interval is that of the
 * mean over clips, by Student's t.
 */
import type { Edit } from '#core/edit.ts'
import type { AnySession } from '#core/session.ts'
import type { CameraBehavior } from '../../behavior.ts'
import { asCamera, groupOf } from '../../classes.ts'
import { type Region, regions } from '../../terms.ts'

export interface RegionFinding {
  readonly region: Region
  /** Share of tracks with a point, mean over clips; null without any. */
  readonly share: number | null
  /** 95 % interval; null below three clips. */
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
      const interval = meanInterval(seen.map(({ tracks, solved }) => Math.min(1, solved / tracks)))
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

/** 97.5 % quantiles of Student's t at 2, 3, … degrees of freedom. */
const quantiles = [4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131]
/** At 16; with more the interval is a little too wide. */
const beyond = 2.12

function meanInterval(shares: readonly number[]): Pick<RegionFinding, 'share' | 'low' | 'high'> {
  const n = shares.length
  if (n === 0) return { share: null, low: null, high: null }
  const share = shares.reduce((sum, one) => sum + one, 0) / n
  if (n < 3) return { share, low: null, high: null }
  const variance = shares.reduce((sum, one) => sum + (one - share) ** 2, 0) / (n - 1)
  const half = (quantiles[n - 3] ?? beyond) * Math.sqrt(variance / n)
  return { share, low: Math.max(0, share - half), high: Math.min(1, share + half) }
}

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
