/**
 * What another attempt promises. New settings bring other tracks, never another clip: so a fix is worth its time where the
 * forecast, given the best tracks that it could bring, sees a chance that there is not now. A camera that stands still, or a crowd
 * that hides all that stands, is not tried again.
 */
import type { Shot } from '#track/scenes/solve-json.ts'
import { tracksWithin } from '#track/track-clip.ts'
import type { Track } from '#track/tracks.ts'
import type { ClipInfo } from '#vision/frames.ts'
import { clean } from '../clean/clean-tracks.ts'
import type { Fix } from '../diagnose/diagnosis.ts'
import { type ForecastFeatures, forecastFeatures, probabilityOf } from '../diagnose/foretell.ts'
import type { Attempt } from './attempt.ts'

/** A chance of less is none, and a gain of less is within what the forecast errs by. */
const leastChance = 0.1
const leastGain = 0.05
/** What good footage comes to: tracks in a frame, pixels that they waver by in a picture 960 wide. */
const plenty = 128
const steadyPx = 0.1
/** Where more of the tracks move on their own, what they waver by is their motion, and no setting takes it out. */
const mostLoose = 0.2

/** They take away a cause that the forecast knows nothing of. */
const direct = ['freeLens', 'cutFrames'] as const satisfies readonly (keyof Fix)[]
const steadying = ['patternScale', 'motionModel'] as const satisfies readonly (keyof Fix)[]

/** Whether a shot of an attempt may come out right with a fix. */
export function promises(fix: Fix, shot: Shot, attempt: Attempt, info: ClipInfo): boolean {
  if (direct.some((key) => fix[key] !== undefined)) return true
  const { focal } = attempt.choice.settings.solve
  const measured = (tracks: readonly Track[]) => forecastFeatures(tracksWithin(tracks, shot), info, shot, focal)
  const now = measured(attempt.tracks)
  const left = fix.rejectNonRigid === true ? withoutMovers(attempt, info) : attempt.tracks
  const then = atBest(left === attempt.tracks ? now : measured(left), fix, shot)
  const chance = probabilityOf(then)
  return chance >= leastChance && chance - probabilityOf(now) >= leastGain
}

/** What moves on its own can be left out of tracks that there are: no need to follow any to see what that brings. */
function withoutMovers({ tracks, cuts, choice: { settings } }: Attempt, info: ClipInfo): readonly Track[] {
  if (settings.rejectNonRigid) return tracks
  const { seed } = settings.solve
  return clean(tracks, { info, settings: { ...settings, rejectNonRigid: true }, cuts, statics: [], seed }).tracks
}

/** With as many tracks, as long and as steady, as settings can make them. */
function atBest(measured: ForecastFeatures, fix: Fix, { fromFrame, toFrame }: Shot): ForecastFeatures {
  const { liveTracks, fewestTracks, length, noise, looseShare } = measured
  const isSteadied = steadying.some((key) => fix[key] !== undefined) && (looseShare ?? 0) <= mostLoose
  return {
    ...measured,
    liveTracks: Math.max(liveTracks ?? 0, plenty),
    fewestTracks: Math.max(fewestTracks ?? 0, plenty),
    length: Math.max(length ?? 0, toFrame - fromFrame + 1),
    noise: isSteadied && noise !== null ? Math.min(noise, steadyPx) : noise,
  }
}
