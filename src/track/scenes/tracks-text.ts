/**
 * The 2D tracks as tables: CSV for anything that reads numbers, and the text that 3DEqualizer exports and most trackers
 * read. Frames are numbered as in the other scenes. CSV keeps our pixels: from the top-left corner of the picture, y down,
 * the first pixel's centre at (0.5, 0.5); 3DEqualizer's start in the lower left corner, y up.
 */
import type { Track } from '../tracks.ts'
import type { Scene, SceneExport } from './scene.ts'
import { number } from './scene-text.ts'

export const trackTables = (scene: Scene): SceneExport => ({
  files: [
    { name: 'tracks.csv', pieces: () => table(scene) },
    { name: 'tracks-3de.txt', pieces: () => list(scene) },
  ],
  notes: [],
})

/** The markers of a track within the shot, by index. */
function* within({ frames }: Track, { firstNumber, lastNumber, startFrame }: Scene): Iterable<number> {
  for (const [i, frame] of frames.entries()) {
    if (frame + startFrame >= firstNumber && frame + startFrame <= lastNumber) yield i
  }
}

function* table(scene: Scene): Iterable<string> {
  yield 'frame,track,x,y,correlation\n'
  for (const track of scene.tracks) {
    for (const i of within(track, scene)) {
      const correlation = track.correlation[i] ?? NaN
      // Where it was placed and not matched the cell is empty.
      const shown = Number.isNaN(correlation) ? '' : number(correlation)
      const [x = NaN, y = NaN] = track.xy.subarray(2 * i, 2 * i + 2)
      yield `${track.frames[i]! + scene.startFrame},${track.id},${number(x)},${number(y)},${shown}\n`
    }
  }
}

/** How many tracks; of each its name, a colour, how many markers, and those. */
function* list(scene: Scene): Iterable<string> {
  const shown = scene.tracks.map((track) => ({ track, markers: [...within(track, scene)] }))
  const seen = shown.filter(({ markers }) => markers.length > 0)
  yield `${seen.length}\n`
  for (const { track, markers } of seen) {
    yield `track_${track.id}\n0\n${markers.length}\n`
    for (const i of markers) {
      const [x = NaN, y = NaN] = track.xy.subarray(2 * i, 2 * i + 2)
      yield `${track.frames[i]! + scene.startFrame} ${number(x)} ${number(scene.intrinsics.heightPx - y)}\n`
    }
  }
}
