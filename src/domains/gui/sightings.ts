/** Sightings of labels and clicks on one screenshot, and how equal ones are counted together in any order. */
import type { Point, Shape } from '#core/annotation.ts'
import { canonicalJson, type Json } from '#core/json.ts'

/** Where and when something was seen first, and how often. */
export interface Sighting {
  readonly session: string
  readonly action: string | null
  readonly at: string | null
  readonly activeStates: readonly string[]
  readonly count: number
}

export interface SeenLabel extends Sighting {
  readonly label: string
  readonly shape: Shape
  readonly source: string
  readonly verified: boolean
  readonly confidence: number | null
  readonly method: string | null
  readonly threshold: number | null
}

export interface SeenClick extends Sighting {
  /** What was clicked, if the action said so. */
  readonly label: string | null
  readonly point: Point
  readonly by: 'robot' | 'person'
}

/** Something that was recorded but is no label, and why. */
export interface Rejected extends Sighting {
  readonly label: string
  readonly reason: 'outside' | 'empty' | 'no-place' | 'unknown-geometry'
}

export type Found = SeenLabel | SeenClick | Rejected

/** Puts equal sightings together: counts add up, the earliest one speaks for all, the surest confidence counts. */
export function counted<T extends Found>(items: readonly T[]): readonly T[] {
  const groups = new Map<string, T>()
  for (const item of items) {
    const key = identityOf(item)
    const known = groups.get(key)
    groups.set(key, known === undefined ? item : joinSightings(known, item))
  }
  return [...groups].sort(([a], [b]) => compare(a, b)).map(([, item]) => item)
}

function identityOf(item: Found): string {
  if ('shape' in item) return JSON.stringify([item.label, shapeText(item.shape), item.source, item.verified])
  if ('point' in item) return JSON.stringify([item.label, item.point, item.by])
  return JSON.stringify([item.label, item.reason])
}

/** Equal shapes give equal texts, whatever order their keys were written in. */
function shapeText(shape: Shape): string {
  const numbers = shape.type === 'box' ? shape.bbox : shape.type === 'point' ? shape.point : shape.points
  return `${shape.type} ${numbers.join(' ')}`
}

function joinSightings<T extends Found>(a: T, b: T): T {
  const first = compare(rankOf(a), rankOf(b)) <= 0 ? a : b
  const joined = {
    ...first,
    count: a.count + b.count,
    activeStates: union([a.activeStates, b.activeStates]),
  }
  if (!('shape' in a && 'shape' in b)) return joined
  const confidence = a.confidence === null ? b.confidence : Math.max(a.confidence, b.confidence ?? 0)
  return { ...joined, confidence }
}

/** Orders sightings by time; those without a time come last. The rest makes the order total. */
function rankOf(item: Found): string {
  const method = 'method' in item ? `${item.method ?? ''} ${item.threshold ?? ''}` : ''
  return `${item.at ?? '~'} ${item.session} ${item.action ?? ''} ${method}`
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function union(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].sort()
}

export function distinct(values: readonly Json[]): readonly Json[] {
  const byText = new Map(values.map((value) => [canonicalJson(value), value]))
  return [...byText].sort(([a], [b]) => compare(a, b)).map(([, value]) => value)
}
