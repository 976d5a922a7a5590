/** What files and folders of a solved clip are called, in one place: writers, readers and docs go by it. */

/** The picture of a frame, counted from 0 in display order: "frame_000000.png". */
export const imageName = (frame: number): string => `frame_${String(frame).padStart(6, '0')}.png`

/** The COLMAP folder of the n-th solved part of a clip, counted from 0 in order of time: "colmap", "colmap-2", "colmap-3" … */
export const colmapFolder = (part: number): string => (part === 0 ? 'colmap' : `colmap-${part + 1}`)

/** The folder of the n-th solved part's scenes for other programs: "scenes", "scenes-2", "scenes-3" … */
export const scenesFolder = (part: number): string => (part === 0 ? 'scenes' : `scenes-${part + 1}`)

/** A text file whose pieces are made while they are written, so that a long clip is never one string. */
export interface TextFile {
  /** Relative, `/`-separated. */
  readonly name: string
  readonly pieces: () => Iterable<string>
}
