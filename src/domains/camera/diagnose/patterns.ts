/** The patterns of failure: what each is read from, from which value it counts, what it says and what it asks for. */
import type { Diagnosis, Evidence, Fix } from './diagnosis.ts'
import type { DiagnosisInput } from './input.ts'
import { explainedByLens } from './lens-guess.ts'
import { pictureChange, type CutCandidate } from './scene-cuts.ts'
import type { Symptoms } from './symptoms.ts'

/** A diagnosis, with the patterns that it explains if it is true. */
export interface Finding extends Diagnosis {
  readonly explains: readonly Diagnosis['pattern'][]
}

export interface Facts {
  readonly input: DiagnosisInput
  readonly symptoms: Symptoms
  readonly cuts: readonly CutCandidate[]
}

/** null: no sign of it. */
export type Pattern = (facts: Facts) => Finding | null

/** A measurement that counts from its limit on: upwards, or downwards. */
interface Sign extends Evidence {
  readonly counts: 'above' | 'below'
}

const above = (name: string, value: number, limit: number, unit: string): Sign => ({
  name,
  value,
  limit,
  unit,
  counts: 'above',
})
const below = (name: string, value: number, limit: number, unit: string): Sign => ({
  ...above(name, value, limit, unit),
  counts: 'below',
})

/**
 * Even odds for a sign at its limit, and by how many log odds each doubling beyond it makes it surer: chosen, and checked by
 * `bench/diagnosis.ts`, which prints how often diagnoses of some confidence are right.
 */
const atLimit = 0
const perOctave = 1.6
const surest = 0.97
const evenOdds = 0.5

/** By the weakest of the signs that must all be there: a chain is as strong as that. */
function confidenceOf(signs: readonly Sign[]): number {
  const octaves = signs.map(({ value, limit, counts }) =>
    counts === 'above' ? Math.log2(value / limit) : Math.log2(limit / Math.max(value, 1e-9)),
  )
  return Math.min(surest, 1 / (1 + Math.exp(-(atLimit + perOctave * Math.min(...octaves)))))
}

function finding(
  pattern: Diagnosis['pattern'],
  signs: readonly Sign[],
  sentence: string,
  fix: Fix,
  explains: Finding['explains'] = [],
): Finding | null {
  const confidence = confidenceOf(signs)
  if (!(confidence >= evenOdds)) return null
  const evidence = signs.map(({ counts: _counts, ...sign }) => sign)
  return { pattern, confidence, sentence, evidence, fix, explains }
}

const percent = (share: number) => `${Math.round(100 * share)} %`

const motionBlur: Pattern = ({ symptoms: { smear, smearPx, smearSpeedPx, lossRate } }) => {
  if (smear === null || smearPx === null || smearSpeedPx === null) return null
  return finding(
    'motion-blur',
    [
      above('edges along the motion over edges across it', smear, 1.25, 'times'),
      above('tracks lost', lossRate, 1, 'per second followed'),
      above('width of edges along the motion', smearPx, 2.5, 'px'),
      // What is wider than the way the picture went was not smeared by it.
      above('motion over that width', smearSpeedPx / smearPx, 0.7, 'times'),
    ],
    `While the picture moves ${smearSpeedPx.toFixed(0)} pixels a frame, edges are ${smearPx.toFixed(1)} pixels wide along the motion and ${(smearPx / smear).toFixed(1)} across it: motion blur. Larger patterns, and less likeness asked for.`,
    { patternScale: 1.5, searchScale: 1.5, correlationOffset: -0.15, motionModel: 'Affine' },
    ['rapid-motion', 'non-rigid-motion', 'insufficient-features'],
  )
}

const rapidMotion: Pattern = ({ symptoms: { fastReach, probedReach, searchReach, speed, fps, lossRate } }) => {
  const fastest = Math.max(fastReach ?? 0, probedReach ?? 0)
  if (speed === null || fastest === 0) return null
  return finding(
    'rapid-motion',
    [
      above('fastest points over the reach of the search', fastest / searchReach, 0.6, 'times'),
      above('tracks lost', lossRate, 2, 'per second followed'),
    ],
    `Points move up to ${percent(fastest)} of the picture's width in a frame (half of them more than ${percent(speed * fps)} in a second), and the search reaches ${percent(searchReach)}. It is widened.`,
    { searchScale: Math.min(3, Math.max(1.5, (1.3 * fastest) / searchReach)), correlationOffset: -0.1 },
    ['insufficient-features', 'non-rigid-motion'],
  )
}

const lowContrast: Pattern = ({ symptoms: { contrast, cornerSlope } }) => {
  const signs = [
    ...(contrast === null ? [] : [below('spread of brightness', contrast, 0.1, 'of half its range')]),
    ...(cornerSlope === null ? [] : [below('slope at corners', cornerSlope, 4, 'grey levels a pixel')]),
  ]
  if (signs.length === 0) return null
  return finding(
    'low-contrast',
    signs,
    `The picture has hardly any contrast${cornerSlope === null ? '' : `: corners change by ${cornerSlope.toFixed(1)} of 255 grey levels a pixel`}. Weaker corners are taken, with larger patterns.`,
    { thresholdScale: 0.4, patternScale: 1.3, correlationOffset: -0.1, countScale: 1.3 },
    ['insufficient-features', 'non-rigid-motion'],
  )
}

const edgeDistortion: Pattern = ({ input, symptoms: { bend, rigidity } }) => {
  const unit = input.info.widthPx / 960
  const { rimError = null, centreError = null } = rigidity ?? {}
  const fix: Fix = { edgeMargin: 0.06, freeLens: true }
  if (bend !== null) {
    const found = finding(
      'edge-distortion',
      [
        above('bend left over in the corners', Math.abs(bend.cornerPx) / unit, 0.8, 'px of a picture 960 wide'),
        above('error along the radius that it explains', bend.explained, 0.12, 'share'),
      ],
      `Points lie ${Math.abs(bend.cornerPx).toFixed(1)} pixels too far ${bend.cornerPx > 0 ? 'out' : 'in'} in the corners and fit in the middle: the lens bends the picture. The lens is solved for as well.`,
      fix,
      ['non-rigid-motion'],
    )
    if (found !== null) return found
  }
  if (rimError === null || centreError === null) return null
  const signs = [
    above('misfit at the border', rimError * 960, 0.7, 'px of a picture 960 wide'),
    below('misfit in the middle', centreError * 960, 0.5, 'px of a picture 960 wide'),
    above('misfit at the border over that in the middle', rimError / Math.max(centreError, 0.1 / 960), 3, 'times'),
  ]
  if (!(confidenceOf(signs) >= evenOdds)) return null
  // Things that move on their own along the border look the same until a lens is asked to explain them.
  const explained = explainedByLens(input.tracks, input.info) ?? 0
  return finding(
    'edge-distortion',
    [...signs, above('misfit at the border that a bent lens explains', explained, 0.4, 'share')],
    `Tracks near the border are ${(rimError / centreError).toFixed(1)} times farther off the common motion than those in the middle: the lens bends the picture. The lens is solved for as well.`,
    fix,
    ['non-rigid-motion'],
  )
}

const sceneCut: Pattern = ({ input, cuts }) => {
  const picture = new Map(input.pictures.map((each) => [each.frame, each]))
  const found = cuts.flatMap(({ frame, before, after, livingOn, usual }) => {
    const [one, other] = [picture.get(before), picture.get(after)]
    const change = one && other ? pictureChange(one, other) : null
    const signs = [
      above('tracks that end there', 1 - livingOn, 0.6, 'share'),
      ...(change === null ? [] : [above('change of the picture', change, 0.2, 'share')]),
    ]
    const sentence = `At frame ${frame} ${percent(1 - livingOn)} of the tracks end at once all over the picture, where ${percent(1 - usual)} usually do, and the picture becomes another: a cut. Each side is solved by itself.`
    const cut = finding('scene-cut', signs, sentence, { cutFrames: [frame] }, explainedByCut)
    // Without a look at the pictures, a flash or a fast pan is not ruled out.
    return cut === null ? [] : [change === null ? { ...cut, confidence: 0.6 * cut.confidence } : cut]
  })
  const [surest] = found.toSorted((a, b) => b.confidence - a.confidence)
  if (surest === undefined) return null
  const cutFrames = found.flatMap(({ fix }) => fix.cutFrames ?? []).sort((a, b) => a - b)
  return { ...surest, confidence: Math.max(surest.confidence, sureCut), fix: { cutFrames } }
}
/** All signs of a cut together are hardly ever anything else. */
const sureCut = 0.9
const explainedByCut = ['non-rigid-motion', 'insufficient-features', 'rapid-motion', 'edge-distortion'] as const

const insufficientFeatures: Pattern = ({ symptoms: { liveMedian, liveLeast, foundShare, frames } }) =>
  finding(
    'insufficient-features',
    [
      below('tracks in a frame', liveMedian, 24, 'tracks'),
      ...(foundShare === null ? [] : [below('tracks over those aimed at, after a search', foundShare, 0.4, 'share')]),
    ],
    `Only ${liveMedian} tracks (at the worst ${liveLeast}) are in a frame: too few corners in the picture. Weaker ones are taken, and shorter tracks are kept.`,
    { thresholdScale: 0.2, minLifespanFrames: Math.min(3, frames), correlationOffset: -0.1, countScale: 1.5 },
  )

const nonRigidMotion: Pattern = ({ input, symptoms: { rigidity, overlay, lossRate } }) => {
  const overlaid = overlay.length / Math.max(1, input.tracks.length)
  if (overlaid > overlayLimit) {
    return finding(
      'non-rigid-motion',
      [above('static-overlay', overlaid, overlayLimit, 'share of tracks')],
      `${overlay.length} tracks stand still while the picture moves under them: text, a logo or dirt on the lens. They are left out.`,
      { rejectNonRigid: true },
    )
  }
  if (rigidity === null) return null
  return finding(
    'non-rigid-motion',
    [
      above('tracks that do not move with the rest', rigidity.looseShare, 0.2, 'share'),
      // Things that move are followed; tracks that are lost all the time are wrong, not loose.
      below('tracks lost', lossRate, 8, 'per second followed'),
    ],
    `${percent(rigidity.looseShare)} of the tracks do not move as one rigid world does: things in the picture move on their own. Such tracks are left out before the solve.`,
    { rejectNonRigid: true, countScale: 1.5 },
  )
}
const overlayLimit = 0.04

/** All of them; each speaks for itself, order means nothing. */
export const patterns: readonly Pattern[] = [
  motionBlur,
  rapidMotion,
  lowContrast,
  edgeDistortion,
  sceneCut,
  insufficientFeatures,
  nonRigidMotion,
]
