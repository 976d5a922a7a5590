/** What leaves in place of what could tell whose footage it was. Made once for an export; names are stable per session. */
import type { Context } from '#core/context.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { LayoutExtras } from '#core/layout.ts'

export interface Veil {
  /** `digits` hex digits that stand for a name in this export. */
  hex(kind: string, name: string, digits: number): string
  /** The name of a session in this export. */
  session(id: string): string
  /** The name of a behavior record: its hour, and digits that keep it apart from others of that hour. */
  record(id: string, at: string): string
}

export function makeVeil(extras: LayoutExtras, ctx: Pick<Context, 'sha256'>): Veil {
  const hex = (kind: string, name: string, digits: number) =>
    ctx.sha256(extras.pseudonym(`autosolve ${kind} ${name}`)).slice(0, digits)
  return {
    hex,
    session: (id) => hex('session', id, 32),
    record(id, at) {
      const hour = /^(\d{8})_(\d{2})/.exec(id)
      const stamp = hour
        ? `${hour[1]}_${hour[2]}0000`
        : `${toHour(at).replaceAll('-', '').slice(0, 8)}_${at.slice(11, 13)}0000`
      return `${stamp}_${hex('record', id, 8)}`
    },
  }
}

/** "2026-03-02T10:00:00", as they write times: without a zone. */
export const toHour = (iso: string): string => `${iso.slice(0, 13)}:00:00`

/** Track.001, Track.002 … in order of appearance; one name keeps one number within a session. */
export function trackNames(): (name: Json | undefined) => Json {
  const known = new Map<string, string>()
  return (name) => {
    if (typeof name !== 'string') return null
    const given = known.get(name) ?? `Track.${String(known.size + 1).padStart(3, '0')}`
    known.set(name, given)
    return given
  }
}

/** Words that programs are known to write pass; anything else could be a name that a person chose. */
export const knownWord =
  (words: readonly string[]) =>
  (value: Json | undefined): Json =>
    typeof value === 'string' && words.includes(value.toLowerCase()) ? value : null

/** The extensions by which video comes; others are left out. */
const extensions: Readonly<Record<string, string>> = {
  '.mp4': 'h264/h265',
  '.mov': 'prores/h264',
  '.mkv': 'various',
  '.avi': 'legacy',
  '.webm': 'vp9/av1',
  '.mxf': 'professional',
  '.png': 'unknown',
  '.jpg': 'unknown',
  '.exr': 'unknown',
  '.dpx': 'unknown',
}

/** The codecs that clips come in, as decoders name them; another word could be anything. */
const codecs: ReadonlySet<Json> = new Set(
  'h264 hevc prores dnxhd mpeg4 mpeg2video mjpeg vp8 vp9 av1 ffv1 rawvideo png jpeg webp tiff exr dpx'.split(' '),
)
export const knownCodec = (codec: Json | undefined): string | null =>
  typeof codec === 'string' && codecs.has(codec) ? codec : null

/** File size to one digit: enough to tell a proxy from a master, not enough to tell a file. */
export function coarseSource(clip: JsonObject): JsonObject {
  const extension = typeof clip['extension'] === 'string' && clip['extension'] in extensions ? clip['extension'] : ''
  const bytes = typeof clip['sizeBytes'] === 'number' ? clip['sizeBytes'] : 0
  const codec = knownCodec(clip['codec'])
  const depth = clip['bitDepth']
  return {
    ...(codec === null ? {} : { codec }),
    ...(typeof depth === 'number' ? { bit_depth: depth } : {}),
    file_extension: extension,
    file_size_mb: Number((bytes / (1024 * 1024)).toPrecision(1)),
    codec_hint: extensions[extension] ?? '',
  }
}

/** Replaces names in every record of a list under `key`. */
export function renamed(value: Json | undefined, key: string, rename: (name: Json | undefined) => Json): Json {
  if (!Array.isArray(value)) return value ?? null
  return value.map((item: Json) => (isJsonObject(item) && key in item ? { ...item, [key]: rename(item[key]) } : item))
}

const harmlessKey = /^[\w:.-]{1,80}$/

/** A foreign document without anything that could be free text: keys and strings are plain words, or left out. */
export function onlyPlain(value: Json): Json {
  if (typeof value === 'string') return harmlessKey.test(value) ? value : null
  if (Array.isArray(value)) return value.map((item: Json) => onlyPlain(item))
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).filter(([key]) => harmlessKey.test(key))
  return Object.fromEntries(entries.map(([key, item]) => [key, onlyPlain(item)]))
}
