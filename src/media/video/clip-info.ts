/** From what a container says to what a clip is, with what is noteworthy about it. Pure. */
import type { Warning } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { ClipInfo, Fraction } from '#vision/frames.ts'
import type { PixelPlan } from './pixel-plan.ts'
import { clockTick, isEvenlySpaced, type StreamFacts, type VideoSurvey } from './survey.ts'

/** How far the frames may fall short of the length that the header states. Audio and rounding make for small lacks. */
const lackAllowed = { share: 0.02, frames: 2 }

/** What FFmpeg draws text files with. */
const textCodecs = new Set(['ansi', 'bintext', 'idf', 'xbin'])

/**
 * @param where the file, for messages
 * @throws media.type, media.empty, media.truncated
 */
export function checkWhole({ facts, frames }: VideoSurvey, where: string): void {
  const { declaredFrames, declaredDurationS } = facts
  if (declaredFrames !== null && frames.packetCount < declaredFrames) {
    throw fault('media.truncated', {
      expected: `the ${declaredFrames} frames of its index`,
      found: `${frames.packetCount}`,
      where,
    })
  }
  if (textCodecs.has(facts.codec)) {
    throw fault('media.type', { expected: 'a video', found: `text (${facts.codec})`, where })
  }
  if (/^mpeg(ts)?$/.test(facts.container) && frames.pts && lacksLast(frames.pts, clockTick(facts.timeBase))) {
    throw fault('media.truncated', {
      expected: 'every frame up to the last',
      found: 'a gap just before the end',
      where,
    })
  }
  if (frames.frameCount === 0) throw fault('media.empty', { expected: 'at least one frame', found: 'none', where })
  if (declaredDurationS === null || !frames.pts) return
  const lengthS = seconds(frames.span, facts.timeBase)
  const frameS = lengthS / frames.frameCount
  if (lengthS + lackAllowed.frames * frameS >= declaredDurationS * (1 - lackAllowed.share)) return
  throw fault('media.truncated', {
    expected: `the ${declaredDurationS.toFixed(2)} s of its header`,
    found: `${lengthS.toFixed(2)} s of frames`,
    where,
  })
}

/**
 * Whether evenly spaced frames end in a gap. Streams have neither index nor length, but one that was cut in the middle of
 * a group shows it: the frame that was stored first is there, those to be shown before it are not.
 */
function lacksLast(pts: Float64Array, tick: number): boolean {
  const [before, last] = [pts.subarray(0, -4), pts.subarray(-5)]
  if (before.length < 8 || !isEvenlySpaced(before, tick)) return false
  const distance = (before.at(-1)! - before[0]!) / (before.length - 1)
  return last.some((time, i) => i > 0 && time - last[i - 1]! > 1.5 * distance)
}

export function clipInfo(survey: VideoSurvey, plan: PixelPlan, decoder: string): ClipInfo {
  const { facts, frames } = survey
  const rotationDeg = rotationOf(facts)
  const turned = rotationDeg === 90 || rotationDeg === 270
  const variableFrameRate =
    frames.pts !== null && frames.frameCount > 2 && !isEvenlySpaced(frames.pts, clockTick(facts.timeBase))
  const frameRate = rateOf(survey, variableFrameRate)
  return {
    codec: facts.codec,
    container: facts.container,
    widthPx: turned ? facts.heightPx : facts.widthPx,
    heightPx: turned ? facts.widthPx : facts.heightPx,
    frameCount: frames.frameCount,
    frameRate,
    variableFrameRate,
    durationS: durationOf(survey, frameRate, variableFrameRate),
    rotationDeg,
    pixelAspect: turned ? 1 / facts.pixelAspect : facts.pixelAspect,
    bitDepth: plan.depth,
    interlaced: facts.interlaced,
    decoder,
  }
}

/** What a user should know about the clip; nothing of it keeps it from being read. */
export function clipWarnings({ facts, frames }: VideoSurvey, info: ClipInfo, where: string): readonly Warning[] {
  const warnings: (readonly [boolean, string, string])[] = [
    [
      info.interlaced,
      'media.interlaced',
      'interlaced: the two halves of a frame were taken at different times; deinterlace it first',
    ],
    [info.variableFrameRate, 'media.variable-rate', 'the frame rate varies; use the time of each frame'],
    [
      frames.pts === null,
      'media.untimed',
      'its frames have no times of their own; they are counted, and seeking decodes from the start',
    ],
    [
      facts.transfer === 'smpte2084' || facts.transfer === 'arib-std-b67',
      'media.hdr',
      `HDR (${facts.transfer}): luma is taken as it is coded`,
    ],
    [facts.turnDeg % 90 !== 0, 'media.rotation', `a rotation of ${facts.turnDeg} degrees is not applied`],
  ]
  return warnings.flatMap(([applies, code, message]) => (applies ? [{ code, message, where }] : []))
}

/** Clockwise; 0 for angles that are no quarter turns. */
export function rotationOf({ turnDeg }: StreamFacts): ClipInfo['rotationDeg'] {
  const quarters = turnDeg / 90
  return Number.isInteger(quarters) ? ([0, 90, 180, 270] as const)[((quarters % 4) + 4) % 4]! : 0
}

/** Frames a second: measured on the times, unless the container says an exact fraction that agrees with them. */
function rateOf({ facts, frames }: VideoSurvey, variable: boolean): Fraction | null {
  const { pts, frameCount, decodeSpan } = frames
  const { numerator, denominator } = facts.timeBase
  const ticks = pts ? pts.at(-1)! - pts[0]! : (decodeSpan ?? 0)
  if (ticks <= 0) return facts.frameRate
  const measured = reduced((frameCount - 1) * denominator, ticks * numerator)
  const said = facts.frameRate
  if (said === null || variable) return measured
  const difference = (measured.numerator * said.denominator) / (measured.denominator * said.numerator) - 1
  // Both ends are rounded.
  return Math.abs(difference) <= (1.1 * clockTick(facts.timeBase)) / ticks ? said : measured
}

function durationOf({ facts, frames }: VideoSurvey, rate: Fraction | null, variable: boolean): number | null {
  if (frames.pts && (variable || rate === null)) return seconds(frames.span, facts.timeBase)
  return rate && (frames.frameCount * rate.denominator) / rate.numerator
}

const seconds = (ticks: number, { numerator, denominator }: Fraction) => (ticks * numerator) / denominator

function reduced(numerator: number, denominator: number): Fraction {
  let [a, b] = [numerator, denominator]
  while (b > 0) [a, b] = [b, a % b]
  return { numerator: numerator / a, denominator: denominator / a }
}
