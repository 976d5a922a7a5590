import { useCallback, useSyncExternalStore } from 'react'
import type { SolvedShot } from '../track-data.ts'
import {
  changed,
  keepScene,
  type Laid,
  type LaidScene,
  laidScene,
  listenToScenes,
  redone,
  resetScene,
  undone,
} from './laid-scene.ts'

export interface SceneEdits {
  readonly scene: LaidScene
  change(changes: Partial<Laid>): void
  undo(): void
  redo(): void
  reset(): void
}

/** How a shot is laid out, for every view that shows it. */
export function useLaidScene(key: string, shot: SolvedShot): SceneEdits {
  const scene = useSyncExternalStore(
    listenToScenes,
    useCallback(() => laidScene(key, shot), [key, shot]),
  )
  return {
    scene,
    change: (changes) => keepScene(key, changed(laidScene(key, shot), changes)),
    undo: () => keepScene(key, undone(laidScene(key, shot))),
    redo: () => keepScene(key, redone(laidScene(key, shot))),
    reset: () => resetScene(key),
  }
}
