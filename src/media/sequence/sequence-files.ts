/** Which files make an image sequence: numbered images of one name in one folder, without a gap. */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { brief, fault } from '#core/faults.ts'

/** The files of a sequence in their order. */
export interface SequenceFiles {
  readonly folder: string
  readonly names: readonly string[]
  /** What the first name is made of; `digits` is '' for a single image without a number. */
  readonly first: NumberedName
  /** For messages: `shot.####.png`. */
  readonly pattern: string
}

export interface NumberedName {
  readonly name: string
  readonly prefix: string
  /** With its leading zeros; '' where the name has no number. */
  readonly digits: string
  readonly suffix: string
}

const imageNames = /\.(png|jpe?g|webp|tiff?|exr|dpx)$/i

/**
 * The images of a folder.
 *
 * @throws media.empty without images, media.sequence with more than one sequence, a gap, or images without numbers
 */
export async function sequenceInFolder(folder: string): Promise<SequenceFiles> {
  const names = (await imagesIn(folder)).map(parsed)
  if (names.length === 0)
    throw fault('media.empty', { expected: 'a folder with numbered images', found: 'no image', where: folder })
  const patterns = [...new Set(names.map(patternOf))]
  if (patterns.length > 1) {
    throw fault('media.sequence', {
      expected: 'one image sequence in the folder',
      found: brief(patterns.slice(0, 4).join(', ')),
      fix: 'name one of its files, or a pattern such as shot.####.png',
      where: folder,
    })
  }
  return inOrder(folder, names)
}

/** The sequence that an image belongs to, or that image alone when its name has no number. */
export async function sequenceOfFile(path: string): Promise<SequenceFiles> {
  const [folder, own] = [dirname(path), parsed(basename(path))]
  if (own.digits === '') return { folder, names: [own.name], first: own, pattern: own.name }
  const names = (await namesIn(folder)).map(parsed)
  return inOrder(
    folder,
    names.filter((other) => patternOf(other) === patternOf(own)),
  )
}

/** Whether a file name stands for many: `%04d`, `%d` or `####` in it. */
export function isPattern(path: string): boolean {
  return imageNames.test(path) && /%0?\d*d|#+/.test(basename(path))
}

/** @throws media.empty when no file fits, media.sequence with a gap */
export async function sequenceOfPattern(path: string): Promise<SequenceFiles> {
  const [, prefix = '', width = '', hashes = '', suffix = ''] =
    /^(.*?)(?:%0?(\d*)d|(#+))(.*)$/.exec(basename(path)) ?? []
  const digits = Math.max(1, Number(width), hashes.length)
  const folder = dirname(path)
  const names = (await namesIn(folder)).flatMap((name): NumberedName[] => {
    if (!name.startsWith(prefix) || !name.endsWith(suffix)) return []
    const number = name.slice(prefix.length, name.length - suffix.length)
    // More digits than asked for follow once they are needed: 9999, 10000.
    const fits =
      /^\d+$/.test(number) && (number.length === digits || (number.length > digits && !number.startsWith('0')))
    return fits ? [{ name, prefix, digits: number, suffix }] : []
  })
  if (names.length === 0)
    throw fault('media.empty', { expected: `files like ${basename(path)}`, found: 'none', where: folder })
  return inOrder(folder, names)
}

/** A sequence as it shows in a folder, whether or not it is whole. */
export interface SequenceAmong {
  /** `shot.%04d.png` */
  readonly pattern: string
  readonly firstName: string
  readonly files: number
}

/** The sequences that file names make; images that stand alone are none. */
export function sequencesAmong(names: readonly string[]): readonly SequenceAmong[] {
  const groups = Map.groupBy(names.filter((name) => imageNames.test(name)).map(parsed), patternOf)
  return [...groups.values()].flatMap((group): SequenceAmong[] => {
    const [first, second] = [...group].sort((a, b) => Number(a.digits) - Number(b.digits))
    if (first === undefined || second === undefined || first.digits === '') return []
    // Digits that begin with a zero, or all are as many: the number is filled up with zeros.
    const width = group.every(({ digits }) => digits.length === first.digits.length) ? first.digits.length : 1
    const pattern = `${first.prefix}%${width > 1 ? `0${width}` : ''}d${first.suffix}`
    return [{ pattern, firstName: first.name, files: group.length }]
  })
}

function inOrder(folder: string, names: readonly NumberedName[]): SequenceFiles {
  const [first] = names
  if (first === undefined) throw fault('media.empty', { expected: 'at least one image', found: 'none', where: folder })
  if (names.length === 1) return { folder, names: [first.name], first, pattern: patternOf(first) }
  if (first.digits === '')
    throw fault('media.sequence', {
      expected: 'numbered names',
      found: brief(names.map(({ name }) => name).join(', ')),
      where: folder,
    })
  const sorted = [...names].sort((a, b) => Number(a.digits) - Number(b.digits))
  for (let i = 1; i < sorted.length; i++) checkNext(folder, sorted[i - 1]!, sorted[i]!)
  return { folder, names: sorted.map(({ name }) => name), first: sorted[0]!, pattern: patternOf(first) }
}

function checkNext(folder: string, before: NumberedName, after: NumberedName): void {
  const step = Number(after.digits) - Number(before.digits)
  if (step === 1) return
  const number = String(Number(before.digits) + 1).padStart(before.digits.length, '0')
  const missing = `${before.prefix}${number}${before.suffix}`
  const others = step > 2 ? ` and ${step - 2} more` : ''
  throw fault('media.sequence', {
    expected: step === 0 ? 'each number once' : `${missing} behind ${before.name}`,
    found: step === 0 ? `${before.name} and ${after.name}` : `a gap: ${missing}${others} missing`,
    where: join(folder, patternOf(before)),
  })
}

async function imagesIn(folder: string): Promise<readonly string[]> {
  return (await namesIn(folder)).filter((name) => imageNames.test(name) && !name.startsWith('.'))
}

/** Sorted, since the order of a file system differs from machine to machine. */
async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).sort()
}

/** The last run of digits before the extension is the number: `shot.v2.0001.exr` is number 1. */
function parsed(name: string): NumberedName {
  const extension = /\.[^.]*$/.exec(name)?.[0] ?? ''
  const stem = name.slice(0, name.length - extension.length)
  const [, prefix = stem, digits = '', tail = ''] = /^(.*?)(\d+)(\D*)$/.exec(stem) ?? []
  return { name, prefix, digits, suffix: tail + extension }
}

function patternOf({ prefix, digits, suffix }: NumberedName): string {
  // The width is that of the number with its zeros; without zeros it grows, and is one.
  return prefix + (digits === '' ? '' : '#') + suffix
}
