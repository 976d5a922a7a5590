/**
 * The levels at which evidence is kept, from this very clip to all footage: each holds all sessions of the one before it, so
 * that their estimates can be pooled. The documents' classes (resolution and frame rate) and their motion sub-classes are two
 * of them; a sub-class also says how much texture there is, without which no speed tells how hard a clip is.
 */
import { fpsClass, resolutionClass } from '../classes.ts'
import type { Level } from '../terms.ts'
import { clipOf, type Known } from './known.ts'

const unknown = 'unknown'
/** Before a level's own name. */
export const prefixes = {
  clip: 'clip/',
  motion: 'motion/',
  footage: 'footage/',
  all: 'all',
  region: 'region/',
} as const

export function levelsOf(known: Known): readonly string[] {
  const footage = `${resolutionClass(known.widthPx) ?? unknown}_${fpsClass(known.fps) ?? unknown}`
  const { motionClass, textureClass } = known.probe ?? {}
  const kind = `${footage}/${motionClass ?? unknown}/${textureClass ?? unknown}`
  const clip = clipOf(known)
  return [...(clip === null ? [] : [`${prefixes.clip}${clip}`]), `${prefixes.motion}${kind}`, ...classLevels(footage)]
}

/** Those that hold all footage of a class ("HD_30fps"). */
export const classLevels = (footage: string): readonly string[] => [`${prefixes.footage}${footage}`, prefixes.all]

const motions: Readonly<Record<Level, string>> = { low: 'slow motion', medium: 'medium motion', high: 'fast motion' }
const textures: Readonly<Record<Level, string>> = {
  low: 'little texture',
  medium: 'some texture',
  high: 'much texture',
}

/** "HD at 30 frames a second, fast motion, little texture" */
export function levelInWords(level: string): string {
  if (level.startsWith(prefixes.clip)) return 'this clip'
  if (level === prefixes.all) return 'all footage'
  if (level.startsWith(prefixes.region)) return regionLevelInWords(level.slice(prefixes.region.length))
  const [footage = '', motion, texture] = level.replace(/^\w+\//, '').split('/')
  return [
    footageInWords(footage),
    ...(motion === undefined ? [] : [wordOf(motions, motion) ?? 'motion not known']),
    ...(texture === undefined ? [] : [wordOf(textures, texture) ?? 'texture not known']),
  ].join(', ')
}

/** "top left: HD at 30 frames a second" */
function regionLevelInWords(level: string): string {
  const at = level.lastIndexOf('/')
  return `${level.slice(at + 1).replace('-', ' ')}: ${levelInWords(level.slice(0, at))}`
}

const wordOf = (words: Readonly<Record<Level, string>>, level: string): string | undefined =>
  Object.hasOwn(words, level) ? words[level as Level] : undefined

function footageInWords(footage: string): string {
  const [resolution = unknown, rate = unknown] = footage.split('_')
  const size = resolution === unknown ? 'pictures of unknown size' : resolution
  return rate === unknown ? `${size} at an unknown frame rate` : `${size} at ${rate.replace('fps', '')} frames a second`
}
