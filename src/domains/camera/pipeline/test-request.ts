/** What a person asks who says nothing: for tests of what becomes of it. */
import type { PipelineRequest } from './attempt.ts'

export const requestFor = (frameCount: number, said: Partial<PipelineRequest> = {}): PipelineRequest => ({
  preset: 'balanced',
  footage: 'auto',
  robust: false,
  smoothing: 0,
  masks: [],
  range: { from: 0, to: frameCount - 1 },
  chosen: { tracker: {}, corners: {} },
  solve: {
    focal: 'unknown',
    focalPx: null,
    motion: 'auto',
    zoom: 'auto',
    lens: 'auto',
    principal: 'centre',
    heldOutShare: 0.05,
    seed: 0,
  },
  tracks: [],
  policy: null,
  retries: null,
  seed: 0,
  ...said,
})
