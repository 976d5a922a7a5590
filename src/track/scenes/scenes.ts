/** The programs that a solved shot can be given to; COLMAP's files and our own JSON are always written. */
import { afterEffectsScene } from './after-effects.ts'
import { blenderScene } from './blender.ts'
import { gltfScene } from './gltf.ts'
import { nukeScene } from './nuke.ts'
import { openTrackIo } from './opentrackio.ts'
import type { Scene, SceneExport } from './scene.ts'
import { stMapFiles } from './st-map-files.ts'
import { trackTables } from './tracks-text.ts'
import { usdaScene } from './usda.ts'

export interface SceneWriter {
  readonly name: string
  /** In a few words, for lists. */
  readonly about: string
  readonly write: (scene: Scene) => SceneExport
}

export const sceneWriters = [
  { name: 'blender', about: 'a script that builds the scene in Blender', write: blenderScene },
  { name: 'nuke', about: 'a script and a .chan curve for Nuke', write: nukeScene },
  { name: 'gltf', about: 'glTF 2.0 with an animated camera', write: gltfScene },
  { name: 'usd', about: 'USD text with time samples', write: usdaScene },
  { name: 'after-effects', about: 'a script that builds the scene in After Effects', write: afterEffectsScene },
  { name: 'opentrackio', about: 'OpenTrackIO samples', write: openTrackIo },
  { name: 'csv', about: '2D tracks as CSV and as 3DEqualizer text', write: trackTables },
  { name: 'stmap', about: 'ST-maps of the lens, 32-bit EXR', write: stMapFiles },
] as const satisfies readonly SceneWriter[]

export type SceneName = (typeof sceneWriters)[number]['name']
