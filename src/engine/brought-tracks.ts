/** Tracks that a person brings: read from our own files, and checked against the clip. */
import { readFile } from 'node:fs/promises'
import { fault } from '#core/faults.ts'
import type { Store } from '#core/store.ts'
import { systemFault } from '#io/system-faults.ts'
import type { Track } from '#track/tracks.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { OwnTracks, TrackRequest } from './track-request.ts'

/**
 * Of a CSV nothing is known but the markers, so its tracks are followed on at both ends, and frames in it count as the scenes
 * do, from `startFrame`.
 *
 * @throws track.tracks, file.missing, blob.unknown
 */
export async function broughtTracks(
  { ownTracks, startFrame }: Pick<TrackRequest, 'ownTracks' | 'startFrame'>,
  info: ClipInfo,
): Promise<readonly Track[]> {
  if (ownTracks === null) return []
  const { name } = ownTracks
  const text = await ownTracks.read()
  const isJson = text.trimStart().startsWith('{')
  const tracks = isJson ? await fromJson(text, name) : fromCsv(text, startFrame, name)
  const kept = tracks.filter(({ frames }) => frames.length > 0)
  for (const track of kept) checkTrack(track, info, name)
  return kept.map((track): Track => ({ ...track, origin: track.origin === 'user' ? 'user' : 'imported' }))
}

export const tracksFromFile = (path: string): OwnTracks => ({
  name: path,
  read: () => readFile(path, 'utf8').catch((error: unknown) => Promise.reject(systemFault(error, path))),
})

/** As they were sent here: by their hash. */
export const tracksFromBlob = ({ blobs }: Pick<Store, 'blobs'>, sha256: string): OwnTracks => ({
  name: 'the tracks',
  read: async () => Buffer.concat(await Array.fromAsync(blobs.open(sha256))).toString('utf8'),
})

async function fromJson(text: string, where: string): Promise<readonly Track[]> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('JSON', 'text that is none', where)
  }
  // Loaded where it is needed: the library that checks layouts would be a quarter of all that a run loads.
  const { readTracksDocument } = await import('#domains/camera/documents/tracks-document.ts')
  const document = readTracksDocument(value)
  if (document === null) throw wrong('a tracks.json of version 1', 'JSON of another layout', where)
  const off = new Set(document.disabled)
  // A track that only ended because the clip did may go on in a longer one.
  return document.tracks.filter(({ id }) => !off.has(id)).map((track) => ({ ...track, ...openEnds(track) }))
}

const openEnds = ({ begin, end }: Track): Pick<Track, 'begin' | 'end'> => ({
  begin: begin?.reason === 'range-end' ? null : begin,
  end: end?.reason === 'range-end' ? null : end,
})

interface Row {
  readonly frame: number
  readonly track: string
  readonly x: number
  readonly y: number
  readonly correlation: number
}

function fromCsv(text: string, startFrame: number, where: string): readonly Track[] {
  const [head = '', ...lines] = text.trim().split(/\r?\n/)
  const columns = head.split(',').map((name) => name.trim().toLowerCase())
  const at = (name: string) => columns.indexOf(name)
  if (['frame', 'track', 'x', 'y'].some((name) => at(name) < 0)) {
    throw wrong('columns frame, track, x, y', `"${head.slice(0, 60)}"`, where)
  }
  const rows = lines.map((line, i): Row => {
    const cells = line.split(',')
    const number = (name: string) => (cells[at(name)]?.trim() ? Number(cells[at(name)]) : Number.NaN)
    const row = { frame: number('frame') - startFrame, x: number('x'), y: number('y'), track: cells[at('track')] ?? '' }
    if (![row.frame, row.x, row.y].every(Number.isFinite) || !Number.isInteger(row.frame) || row.track === '') {
      throw wrong('a whole frame, a track, and two numbers', `"${line.slice(0, 60)}" in line ${i + 2}`, where)
    }
    return { ...row, correlation: at('correlation') < 0 ? Number.NaN : number('correlation') }
  })
  return [...Map.groupBy(rows, ({ track }) => track).values()].map((own, id) => trackOf(own, id, where))
}

function trackOf(rows: readonly Row[], id: number, where: string): Track {
  const sorted = rows.toSorted((a, b) => a.frame - b.frame)
  const frames = Int32Array.from(sorted, ({ frame }) => frame)
  const twice = frames.findIndex((frame, i) => i > 0 && frame === frames[i - 1])
  if (twice > 0)
    throw wrong('one position in a frame', `two of track ${sorted[0]!.track} in frame ${frames[twice]}`, where)
  return {
    id,
    origin: 'imported',
    startFrame: frames[0]!,
    frames,
    xy: Float64Array.from(sorted.flatMap(({ x, y }) => [x, y])),
    correlation: Float32Array.from(sorted, ({ correlation }) => correlation),
    begin: null,
    end: null,
  }
}

/** Markers may lie outside of the picture a little, as a person's may; frames that the clip lacks are those of another clip. */
function checkTrack({ id, frames, xy }: Track, { frameCount, widthPx, heightPx }: ClipInfo, where: string): void {
  const [first, last] = [frames[0] ?? 0, frames.at(-1) ?? 0]
  if (first < 0 || last >= frameCount) {
    throw wrong(`frames from 0 to ${frameCount - 1}`, `track ${id} from frame ${first} to ${last}`, where)
  }
  const far = xy.findIndex(
    (value, i) => !(Math.abs(value - [widthPx, heightPx][i % 2]! / 2) <= [widthPx, heightPx][i % 2]!),
  )
  if (far >= 0) throw wrong(`positions in a picture of ${widthPx} x ${heightPx}`, `${xy[far]} in track ${id}`, where)
}

const wrong = (expected: string, found: string, where: string) => fault('track.tracks', { expected, found, where })
