/** What colours mean on the stage, which is dark in both schemes. They are those of the recorded tracks, with steps between. */
import { fateColours } from '../../session/camera/draw-tracks.ts'
import type { ClipTrack } from '../track-data.ts'

export type ColourBy = 'error' | 'fate'
export type Rgb = readonly [red: number, green: number, blue: number]

const stops: readonly (readonly [errorPx: number, colour: Rgb])[] = [
  [0, [56, 182, 201]],
  [0.25, [76, 195, 138]],
  [0.75, [181, 211, 52]],
  [1.5, [245, 166, 35]],
  [2.5, [255, 107, 94]],
]
const unknown: Rgb = [141, 147, 156]

/** From teal (nothing) over green (good) and orange (1.5 px) to red (2.5 px and more); gray where it is not known. */
export function errorColour(errorPx: number | null): Rgb {
  if (errorPx === null || !Number.isFinite(errorPx)) return unknown
  const after = stops.findIndex(([from]) => errorPx < from)
  if (after <= 0) return (after === 0 ? stops[0] : stops.at(-1))?.[1] ?? unknown
  const [[from, a], [to, b]] = [stops[after - 1], stops[after]] as [(typeof stops)[0], (typeof stops)[0]]
  const share = (errorPx - from) / (to - from)
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + share * (b[i] - a[i]))
  return [mix(0), mix(1), mix(2)]
}

const fates: Readonly<Record<ClipTrack['fate'], Rgb>> = {
  solved: rgbOf(fateColours.solved),
  unsolved: rgbOf(fateColours.unsolved),
  unknown,
}

export const trackColour = (track: Pick<ClipTrack, 'fate' | 'errorPx'>, by: ColourBy): Rgb =>
  by === 'fate' ? fates[track.fate] : errorColour(track.errorPx)

export const cssOf = ([red, green, blue]: Rgb, alpha = 1): string =>
  alpha === 1 ? `rgb(${red} ${green} ${blue})` : `rgb(${red} ${green} ${blue} / ${alpha})`

/** From red (few frames) to teal (all of the shot): what was seen for long is known better. */
export const lengthColour = (share: number): Rgb => errorColour(2.5 * (1 - Math.min(1, Math.max(0, share))) ** 2)

/** For the scale beside a picture: the same colours as a gradient from 0 to `toPx`. */
export function errorGradient(toPx: number): string {
  const places = Array.from({ length: 11 }, (_, i) => cssOf(errorColour((toPx * i) / 10)))
  return `linear-gradient(to right, ${places.join(', ')})`
}

/** "#4cc38a". */
function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}
