/** Solves shots in a thread of its own; its end is the way to cancel it. */
import { parentPort } from 'node:worker_threads'
import { solveCamera } from '#track/solve/solve-camera.ts'
import type { SolveTask } from '#track/track-clip.ts'

const ctx = { signal: new AbortController().signal, progress: () => {} }

parentPort?.on('message', ({ tracks, options }: SolveTask) => {
  // What it throws becomes the thread's error event.
  void solveCamera(tracks, options, ctx).then((result) => parentPort?.postMessage(result))
})
