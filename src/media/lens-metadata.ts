/**
 * The focal length that a clip itself tells: EXIF of the first picture of a sequence, and the tags that phones write into
 * QuickTime and MP4 files, as ffprobe shows them.
 */
import { readFile } from 'node:fs/promises'
import { clipFiles } from './clip.ts'
import { type FocalTags, focalOf } from './exif.ts'
import { sniffBytes, sniffMediaType } from './sniff.ts'
import { startChild } from './video/child.ts'
import { findFfmpeg } from './video/ffmpeg-programs.ts'

export interface LensMetadata extends FocalTags {
  /** Which metadata said so. */
  readonly source: 'exif' | 'video tags'
}

export interface MetadataOptions {
  readonly signal: AbortSignal
  /** With PATH and HINDSIGHT_FFMPEG; that of this process when absent. */
  readonly env?: NodeJS.ProcessEnv
}

/**
 * @returns null when the clip says none, or, for a video, when there is no ffprobe to ask
 * @throws file.missing, media.*, and the reason of the signal
 */
export async function lensMetadata(path: string, options: MetadataOptions): Promise<LensMetadata | null> {
  const [first = path] = await clipFiles(path)
  const head = (await readFile(first)).subarray(0, sniffBytes)
  const isPicture = sniffMediaType(head)?.startsWith('image/') === true
  const tags = isPicture ? await pictureTags(first) : await videoTags(first, options)
  if (tags === null || (tags.focalMm === null && tags.focal35Mm === null)) return null
  return { ...tags, source: isPicture ? 'exif' : 'video tags' }
}

async function pictureTags(path: string): Promise<FocalTags | null> {
  const { default: sharp } = await import('sharp')
  const { exif } = await sharp(path).metadata()
  return exif === undefined ? null : focalOf(exif)
}

async function videoTags(path: string, { signal, env = process.env }: MetadataOptions): Promise<FocalTags | null> {
  const programs = await findFfmpeg(env)
  if (programs === null) return null
  const asked = '-v quiet -of json -show_entries format_tags:stream_tags'.split(' ')
  const child = startChild(programs.ffprobe, [...asked, path], () => {}, signal)
  try {
    const parts: Buffer[] = []
    for await (const part of child.stdout) parts.push(part as Buffer)
    signal.throwIfAborted()
    await child.ended
    return focalInTags(tagsIn(Buffer.concat(parts).toString()))
  } finally {
    await child.stop()
  }
}

type Tags = Readonly<Record<string, string>>

function tagsIn(json: string): Tags {
  try {
    const { format, streams = [] } = JSON.parse(json) as { format?: { tags?: Tags }; streams?: { tags?: Tags }[] }
    return Object.assign({}, ...streams.map(({ tags }) => tags), format?.tags) as Tags
  } catch {
    return {}
  }
}

/** Apple's key for the equivalent; the real length stands in the name of the lens: "iPhone 14 Pro back camera 6.86mm f/1.78". */
export function focalInTags(tags: Tags): FocalTags {
  const find = (pattern: RegExp) => Object.entries(tags).find(([key]) => pattern.test(key))?.[1]
  const equivalent = Number(find(/focal_?length\.35mm_equivalent$/i) ?? Number.NaN)
  const plain = find(/(?:^|\.)focal_?length$/i)
  const inName = /(\d+(?:\.\d+)?) ?mm\b/i.exec(find(/lens_?model$/i) ?? '')?.[1]
  const focal = Number.parseFloat(plain ?? inName ?? '')
  const positive = (value: number) => (value > 0 && Number.isFinite(value) ? value : null)
  return { focalMm: positive(focal), focal35Mm: positive(equivalent) }
}
