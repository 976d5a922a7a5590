/** Our side of the comparison: the tracker from Blender's start points, and the whole command as a user runs it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openKernel } from '#engine/kernel.ts'
import { openClip } from '#media/clip.ts'
import { createTracker } from '#track/match/tracker.ts'
import type { PeerTracks, Times } from './blender-peer.ts'
import type { FlatTrack } from './judge-2d.ts'

/** Follows the points that Blender started in frame 0, forwards, with Blender's settings. */
export async function followFromStarts(clip: string, peer: PeerTracks): Promise<FlatTrack[]> {
  const source = await openClip(clip)
  const { width: widthPx, height: heightPx, settings } = peer
  const { kernel, close } = await openKernel({ warn: ({ message }) => console.error(message) })
  const tracker = createTracker(kernel, { widthPx, heightPx, settings })
  try {
    for await (const frame of source.frames()) {
      if (frame.index > 0) tracker.step(frame)
      else {
        tracker.load(frame)
        tracker.add(
          startedTogether(peer).flatMap(({ start }) => start.slice(1)),
          'imported',
        )
      }
    }
    return tracker.tracks().map(({ frames, xy }): FlatTrack => {
      const at = (i: number) => [xy[2 * i] ?? NaN, xy[2 * i + 1] ?? NaN] as const
      return { start: [frames[0] ?? 0, ...at(0)], frames: [...frames], xy: [...frames].map((_, i) => at(i)) }
    })
  } finally {
    tracker.release()
    await close()
    await source.close()
  }
}

/** Blender's tracks of the first detection: those both sides are judged by. */
export const startedTogether = ({ tracks, firstPass }: PeerTracks) => tracks.slice(0, firstPass)

export interface CommandRun {
  readonly status: number | null
  readonly time: Times
  /** Standard output, JSON where the command succeeded or said why not. */
  readonly output: string
  readonly complaint: string
}

const door = fileURLToPath(new URL('../../bin/hindsight.mjs', import.meta.url))

/** Runs `hindsight track` and takes the time of all of it, start of Node and decoding included. */
export async function runCommand(clip: string, out: string, flags: readonly string[]): Promise<CommandRun> {
  const command = [process.execPath, door, 'track', clip, '--no-record', '--out', out, '--force', '--json', ...flags]
  const started = performance.now()
  // The shell's `times` tells the processor time of everything that ran below it.
  const child = spawn('sh', ['-c', '"$@"; s=$?; times >&2; exit $s', 'sh', ...command])
  const [output, complaint] = [text(child.stdout), text(child.stderr)]
  const [status] = (await once(child, 'close')) as [number | null]
  const said = await complaint
  const [user = NaN, system = NaN] = [...said.matchAll(/(\d+)m([\d.]+)s/g)]
    .slice(-2)
    .map(([, m, s]) => 60 * Number(m) + Number(s))
  const time = { wall_s: (performance.now() - started) / 1000, cpu_s: user + system }
  return { status, time, output: await output, complaint: said.replace(/(\d+m[\d.]+s *\n?)+$/, '').trim() }
}

async function text(stream: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}
