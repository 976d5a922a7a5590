/** The mask file of `hindsight track`: where points may be placed. Its layout is in docs/spec.md. */
import { readFile } from 'node:fs/promises'
import { brief, fault } from '#core/faults.ts'
import { isJsonObject, type Json, parseJson } from '#core/json.ts'
import { systemFault } from '#io/system-faults.ts'
import type { Mask } from '#track/match/mask.ts'

/** @throws file.missing, file.permission, json.malformed, track.mask */
export async function readMasks(path: string): Promise<readonly Mask[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => Promise.reject(systemFault(error, path)))
  const document = parseJson(text, path)
  const masks = isJsonObject(document) ? document['masks'] : null
  if (!Array.isArray(masks)) throw refused('an object with a list "masks"', document, path)
  return masks.map((mask: Json, index) => maskOf(mask, `masks[${index}] of ${path}`))
}

function maskOf(mask: Json, where: string): Mask {
  if (!isJsonObject(mask)) throw refused('an object', mask, where)
  const { kind, polygon } = mask
  if (kind !== 'include' && kind !== 'exclude') throw refused('kind "include" or "exclude"', kind, where)
  if (!Array.isArray(polygon) || polygon.length < 3) throw refused('a polygon of three or more corners', polygon, where)
  return {
    kind,
    polygon: Float64Array.from(polygon.flatMap((corner: Json) => cornerOf(corner, where))),
    ...frameOf(mask, 'from', where),
    ...frameOf(mask, 'to', where),
  }
}

function cornerOf(corner: Json, where: string): readonly number[] {
  if (Array.isArray(corner) && corner.length === 2 && corner.every((value) => typeof value === 'number')) return corner
  throw refused('corners as [x, y] in pixels', corner, where)
}

function frameOf(mask: { readonly [key: string]: Json }, name: 'from' | 'to', where: string): { [name]?: number } {
  const frame = mask[name]
  if (frame === undefined || frame === null) return {}
  if (typeof frame === 'number' && Number.isInteger(frame) && frame >= 0) return { [name]: frame }
  throw refused(`a frame, counted from 0, as "${name}"`, frame, where)
}

const refused = (expected: string, found: unknown, where: string) =>
  fault('track.mask', { expected, found: brief(found === undefined ? 'nothing' : found), where })
