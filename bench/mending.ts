/**
 * Does mending tracks help? On clips with truth, or without any on seeded footage in which posts hide what is behind them:
 * how many healed gaps really are one point of the scene, what jumps cost, and how good the solve is of the tracks as they
 * were followed, healed, cleaned, and both.
 *
 * A healed pair is right when one standing point, seen by the true cameras, explains both parts within a pixel (of a picture
 * 960 wide), or as well as it explains the worse of the two alone. Pairs that begin on something that moves have no such point and are left out.
 *
 * Run: node bench/mending.ts [--no-solve] [CLIPS...]
 * CLIPS: videos with NAME.truth.json beside them.
 */
import { parseArgs } from 'node:util'
import { clean } from '#domains/camera/clean/clean-tracks.ts'
import { heal } from '#domains/camera/heal/heal-tracks.ts'
import type { HealAttempt } from '#domains/camera/heal/heal.ts'
import { pixelUnit } from '#domains/camera/heal/markers.ts'
import { openKernel } from '#engine/kernel.ts'
import { openClip } from '#media/clip.ts'
import { followClip } from '#track/match/follow-clip.ts'
import { defaultSettings } from '#track/match/settings.ts'
import type { Solution, SolveOptions } from '#track/solution.ts'
import { solveCamera } from '#track/solve/solve-camera.ts'
import { centreOf } from '#track/geometry/rigid3.ts'
import type { Track } from '#track/tracks.ts'
import { makeFootage } from '#test/footage/footage.ts'
import { meanFocal, readTruth, trueCamera, type Truth } from '#test/footage/truth.ts'
import type { ClipInfo, FrameSource } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { machine } from './machine.ts'
import { truthPath } from './tracking/blender-peer.ts'
import { type FlatTrack, onMover, trackError } from './tracking/judge-2d.ts'
import { judge3d, type Judged3d } from './tracking/judge-3d.ts'

interface Material {
  readonly name: string
  readonly truth: Truth
  open(): Promise<FrameSource>
}

const quiet = { signal: new AbortController().signal, progress: () => {}, warn: () => {}, now: () => 0 }
const minLifespanFrames = 8

const footage = (seed: number): Material => {
  const scene = seed % 2 === 1 ? 'room' : 'street'
  const made = makeFootage({ seed, scene, posts: 3, frames: 48, widthPx: 640, heightPx: 360, speed: 0.8, noise: 1 })
  return { name: `posts-${seed}`, truth: made.truth, open: () => Promise.resolve(made) }
}

const clip = (path: string): Material => {
  const truth = readTruth(truthPath(path))
  return { name: truth.clip, truth, open: () => openClip(path) }
}

/** As the judge of tracks wants it. */
const flat = ({ frames, xy }: Pick<Track, 'frames' | 'xy'>): FlatTrack => {
  const places = Array.from(frames, (_, i) => [xy[2 * i] ?? NaN, xy[2 * i + 1] ?? NaN] as const)
  return { start: [frames[0] ?? 0, ...(places[0] ?? ([NaN, NaN] as const))], frames: [...frames], xy: places }
}

async function mend({ name, truth, open }: Material, kernel: Kernel) {
  const source = await open()
  try {
    const { info } = source
    const { tracks, cuts } = await followClip(source, kernel, {}, quiet)
    const settings = { tracker: defaultSettings(info.widthPx), minLifespanFrames, rejectNonRigid: true, robust: false }
    const before = process.cpuUsage().user
    const healing = await heal(tracks, { source, kernel, info, cuts, settings }, quiet)
    const between = process.cpuUsage().user
    const cleaned = clean(tracks, { info, settings, cuts, statics: [] })
    const after = process.cpuUsage().user
    const both = clean(healing.tracks, { info, settings, cuts, statics: [] })
    const cameras = truth.frames.map((_, frame) => trueCamera(truth, frame))
    const error = (track: Pick<Track, 'frames' | 'xy'>) => trackError(flat(track), cameras)
    const limit = pixelUnit(info.widthPx)
    const standing = healing.attempts.filter(
      ({ healed, earlier }) => healed && !onMover(flat(tracks.find(({ id }) => id === earlier)!), truth),
    )
    const chains = chainsOf(healing.attempts)
    const wrong = standing.filter(({ earlier }) => {
      const chain = chains.find((ids) => ids.includes(earlier)) ?? []
      const whole = healing.tracks.find(({ id }) => id === chain[0])
      const parts = tracks.filter(({ id }) => chain.includes(id)).map(error)
      return whole === undefined || error(whole) > Math.max(limit, 1.25 * Math.max(...parts))
    }).length
    const jumped = [...new Set(cleaned.removedMarkers.map(({ track }) => track))].flatMap((id) => {
      const [old, left] = [tracks.find((t) => t.id === id)!, cleaned.tracks.find((t) => t.id === id)]
      return left === undefined || onMover(flat(old), truth) ? [] : [{ old: error(old), left: error(left) }]
    })
    const row = [
      name,
      tracks.length,
      `${healing.candidates} / ${healing.attempts.filter(({ healed }) => healed).length}`,
      `${standing.length - wrong} of ${standing.length}`,
      healing.merged.length,
      jumps(jumped),
      reasons(cleaned.removed.map(({ reason }) => reason)),
      `${Math.round((between - before) / 1000)} / ${Math.round((after - between) / 1000)}`,
    ]
    const kinds = { followed: tracks, healed: healing.tracks, cleaned: cleaned.tracks, both: both.tracks }
    return { row, kinds, info, right: standing.length - wrong, standing: standing.length }
  } finally {
    await source.close()
  }
}

/** Ids of the parts of each track that was joined, the first one first: its id is the whole one's. */
function chainsOf(attempts: readonly HealAttempt[]): number[][] {
  const next = new Map(attempts.filter(({ healed }) => healed).map(({ earlier, later }) => [earlier, later]))
  const swallowed = new Set(next.values())
  return [...next.keys()]
    .filter((id) => !swallowed.has(id))
    .map((first) => {
      const chain = [first]
      for (let id = next.get(first); id !== undefined; id = next.get(id)) chain.push(id)
      return chain
    })
}

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

const jumps = (jumped: readonly { old: number; left: number }[]) =>
  jumped.length === 0
    ? '-'
    : `${jumped.length}: ${middle(jumped.map((j) => j.old)).toFixed(2)} to ${middle(jumped.map((j) => j.left)).toFixed(2)}`

const reasons = (all: readonly string[]) =>
  [...Map.groupBy(all, (reason) => reason)].map(([reason, { length }]) => `${length} ${reason}`).join(', ')

/** The first shot's solve from a focal length 30 % too long. */
async function judged(tracks: readonly Track[], truth: Truth, { widthPx, heightPx }: ClipInfo) {
  const segment = truth.segments[0]!
  const options: SolveOptions = {
    widthPx,
    heightPx,
    pixelAspect: 1,
    motion: 'auto',
    zoom: 'auto',
    lens: 'auto',
    focal: 'refine',
    focalPx: 1.3 * meanFocal(truth, segment.first, segment.last),
    principal: 'centre',
    heldOutShare: 0.05,
    seed: 1,
  }
  const within = tracks.filter(({ frames }) => frames[0]! >= segment.first && frames.at(-1)! <= segment.last)
  const result = await solveCamera(within, options, quiet)
  if (!result.ok) return { text: result.code, judged: null }
  const found = judge3d(placed(result.solution), truth, segment)
  const path = found?.pathShare == null ? '-' : `${(100 * found.pathShare).toFixed(3)} %`
  const held = result.solution.heldOutErrorPx?.toFixed(3) ?? '-'
  return { text: `${path}, ${found?.rotationMeanDeg.toFixed(3)}°, ${held} px`, judged: found }
}

function placed({ cameras, intrinsics: { lens } }: Solution) {
  const coefficient = (name: 'k1' | 'k2') =>
    name in lens ? Number(Object.entries(lens).find(([k]) => k === name)?.[1]) : 0
  return {
    cameras: cameras.map(({ frame, camFromWorld, focalPx }) => {
      const [x, y, z] = centreOf(camFromWorld)
      return { frame, centre: [x!, y!, z!] as const, rotation: camFromWorld.rotation, focalPx }
    }),
    k1: coefficient('k1'),
    k2: coefficient('k2'),
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'no-solve': { type: 'boolean', default: false } },
})
const material = positionals.length > 0 ? positionals.map(clip) : [3, 4, 5, 6].map(footage)
const { kernel, close } = await openKernel({ warn: ({ message }) => console.error(message) })
console.log(`${machine()}\n`)
console.log('| clip | tracks | gaps / healed | right | merged | jumped: error, px | removed | CPU ms heal / clean |')
console.log('|---|---|---|---|---|---|---|---|')
const mended: (Awaited<ReturnType<typeof mend>> & Material)[] = []
for (const one of material) {
  const found = await mend(one, kernel)
  mended.push({ ...one, ...found })
  console.log(`| ${found.row.join(' | ')} |`)
}
await close()
const sum = (of: 'right' | 'standing') => mended.reduce((total, one) => total + one[of], 0)
console.log(`\n${sum('right')} of ${sum('standing')} healed gaps are of one standing point.\n`)
if (!values['no-solve']) await compareSolves()

async function compareSolves(): Promise<void> {
  const kinds = ['followed', 'healed', 'cleaned', 'both'] as const
  console.log(
    `Path, rotation and held-out error of the solve:\n\n| clip | ${kinds.join(' | ')} |\n|---|---|---|---|---|`,
  )
  const all = Map.groupBy<(typeof kinds)[number], Judged3d>([], () => 'followed')
  for (const { name, truth, kinds: tracks, info } of mended) {
    const cells: string[] = []
    for (const kind of kinds) {
      const { text, judged: found } = await judged(tracks[kind], truth, info)
      cells.push(text)
      if (found) all.set(kind, [...(all.get(kind) ?? []), found])
    }
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
  const means = kinds.map((kind) => {
    const found = all.get(kind) ?? []
    const paths = found.flatMap(({ pathShare }) => (pathShare == null ? [] : [100 * pathShare]))
    return `${middle(paths).toFixed(3)} %, ${middle(found.map((j) => j.rotationMeanDeg)).toFixed(3)}°`
  })
  console.log(`| middle | ${means.join(' | ')} |`)
}
