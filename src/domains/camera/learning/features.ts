/** What likeness of two sessions is judged by: what was known of each before its settings were chosen. */
import type { Feature, Features } from '#core/learnable.ts'
import { fpsClass, resolutionClass } from '../classes.ts'
import type { CameraContext } from '../session.ts'
import { meanKnown, shareOf } from './examples/example.ts'

/** Weights: how footage moves and how much there is to hold on to decide more than its format. */
export const cameraFeatures = [
  { name: 'resolution', type: 'word', weight: 1 },
  { name: 'frame rate', type: 'word', weight: 1 },
  { name: 'shape', type: 'number', range: 1, weight: 0.25 },
  { name: 'length', type: 'number', range: 3, weight: 0.5 },
  { name: 'footage', type: 'word', weight: 1 },
  { name: 'bit depth', type: 'number', range: 8, weight: 0.25 },
  { name: 'motion', type: 'word', weight: 1 },
  { name: 'texture', type: 'word', weight: 1.5 },
  { name: 'mean speed', type: 'number', range: 3, weight: 1.5 },
  { name: 'fastest speed', type: 'number', range: 3, weight: 1 },
  { name: 'window needed', type: 'number', range: 0.2, weight: 1 },
  { name: 'kept by the probe', type: 'number', range: 1, weight: 1.5 },
  { name: 'jitter', type: 'number', range: 3, weight: 1 },
  { name: 'regions to hold on to', type: 'number', range: 9, weight: 1 },
] as const satisfies readonly Feature[]

type Name = (typeof cameraFeatures)[number]['name']

/** Speeds and lengths by their order of magnitude: decades. */
const decades = (value: number | null | undefined): number | null =>
  typeof value === 'number' && value > 0 ? Math.log10(value) : null
const ratio = (a: number | null | undefined, b: number | null | undefined): number | null => (a && b ? a / b : null)

/** null is not known. What was said of the footage is a feature only where something was said. */
export function featuresOf(context: CameraContext): Features {
  const { widthPx, heightPx, fps, frameCount, footageType, clip, probe } = context
  const regions = Object.values(probe?.regions ?? {}).flatMap((region) => region ?? [])
  const sum = (values: readonly (number | null | undefined)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0)
  const placed = sum(regions.map(({ total }) => total))
  const features: Record<Name, number | string | null> = {
    resolution: resolutionClass(widthPx),
    'frame rate': fpsClass(fps),
    shape: ratio(widthPx, heightPx),
    length: decades(frameCount),
    footage: footageType === 'auto' ? null : (footageType ?? null),
    'bit depth': clip?.bitDepth ?? null,
    motion: probe?.motionClass ?? null,
    texture: probe?.textureClass ?? null,
    'mean speed': decades(probe?.meanVelocityUv),
    'fastest speed': decades(probe?.maxVelocityUv),
    'window needed': ratio(probe?.searchSizePx, widthPx),
    'kept by the probe': shareOf(sum(regions.map(({ survived }) => survived)), placed),
    jitter: decades(meanKnown(regions.flatMap(({ jitters }) => jitters ?? []))),
    'regions to hold on to': probe?.bestRegions?.length ?? null,
  }
  return features
}
