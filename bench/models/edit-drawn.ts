/**
 * A made person who knows the truth: goes through recorded runs of drawn clips and takes out the tracks that are wrong, as an edit
 * on record. A track is wrong when no point that stands still could be seen where it was: its rays from the true cameras do
 * not meet. Clips of a camera that only turns, and of a bent lens, are passed over.
 *
 *   node bench/models/edit-drawn.ts --data DIR
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { asCamera } from '#domains/camera/classes.ts'
import { trackName } from '#domains/camera/recording/track-records.ts'
import { appendEdit } from '#engine/edits.ts'
import { openEngine } from '#engine/open.ts'
import { readSession } from '#engine/read.ts'
import { readTracksOf } from '#engine/track-files.ts'
import { project, readTruth, type Truth, trueCamera } from '#test/footage/truth.ts'
import type { Track } from '#track/tracks.ts'

const { values } = parseArgs({ options: { data: { type: 'string' } } })
if (values.data === undefined) throw new Error('expected --data DIR, found none')
const { data } = values
/** Wrong by more than this, on most of its way, pixels. */
const wrongPx = 1

const engine = await openEngine({ dataDir: join(data, 'hindsight-data'), jobThreads: 0 })
const names = JSON.parse(readFileSync(join(data, 'recorded.json'), 'utf8')) as Record<string, number>
const truths = Object.keys(names).map((name) => readTruth(join(data, 'clips', `${name}.truth.json`)))
let [edits, out, all] = [0, 0, 0]
try {
  const clips = await engine.store.clips.list()
  for await (const stored of engine.store.catalog.scan({ domain: 'camera' })) {
    const session = readSession(stored)
    const { fingerprint } = asCamera(session).context.clip ?? {}
    const clip = clips.find((known) => known.fingerprint === fingerprint)
    const truth = truths.find((one) => clip?.path.endsWith(`${one.clip}.mp4`))
    const isKnown = (await engine.store.catalog.edits(session.id)).length > 0
    // A run that was stopped has none.
    if (!session.media.some(({ role }) => role === 'tracks')) continue
    if (truth === undefined || truth.camera_moves !== 'free' || truth.distortion.k1 !== 0 || isKnown) continue
    const { tracks } = await readTracksOf(engine, session)
    const wrong = tracks.filter((track) => isWrong(track, truth))
    all += tracks.length
    out += wrong.length
    const deletions = wrong.map(({ id }) => ({ track: trackName(id) }))
    // Looking and leaving all as it is is no edit that is recorded.
    if (deletions.length === 0) continue
    edits++
    await appendEdit(engine, { session: session.id, kind: 'camera.behavior', after: { deletions } }, { name: 'made' })
  }
} finally {
  await engine.close()
}
process.stdout.write(`${edits} sessions edited, ${out} of ${all} tracks taken out\n`)

/** The point nearest to all rays, and how far from it the track was seen. */
function isWrong({ frames, xy }: Track, truth: Truth): boolean {
  const [a, b] = [new Float64Array(9), new Float64Array(3)]
  const cameras = [...frames].map((frame) => trueCamera(truth, frame))
  cameras.forEach(({ rotation: r, centre, focalPx, cx, cy }, i) => {
    const [u, v] = [(xy[2 * i]! - cx) / focalPx, (xy[2 * i + 1]! - cy) / focalPx]
    const ray = [0, 1, 2].map((k) => r[k]! * u + r[3 + k]! * v + r[6 + k]!)
    const length = Math.hypot(...ray)
    const [x, y, z] = ray.map((value) => value / length) as [number, number, number]
    const across = [1 - x * x, -x * y, -x * z, -x * y, 1 - y * y, -y * z, -x * z, -y * z, 1 - z * z]
    across.forEach((value, k) => {
      a[k]! += value
      b[Math.floor(k / 3)]! += value * centre[k % 3]!
    })
  })
  const point = solved(a, b)
  if (point === null) return false
  const offs = cameras.map((camera, i) => {
    const seen = project(camera, point)
    return seen === null ? Infinity : Math.hypot(seen[0] - xy[2 * i]!, seen[1] - xy[2 * i + 1]!)
  })
  return offs.toSorted((p, q) => p - q)[offs.length >> 1]! > wrongPx
}

/** Of three equations, by Cramer's rule; null where the rays are as good as parallel. */
function solved(a: Float64Array, b: Float64Array): [number, number, number] | null {
  const det = (m: ArrayLike<number>) =>
    m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
    m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
    m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!)
  const whole = det(a)
  if (Math.abs(whole) < 1e-9) return null
  const with_ = (column: number) => det(a.map((value, k) => (k % 3 === column ? b[Math.floor(k / 3)]! : value)))
  return [with_(0) / whole, with_(1) / whole, with_(2) / whole]
}
