/** What the sample project asks for, in the order of time: fourteen edits of six scenes, and what people said of them. */
import type { JsonObject } from '#core/json.ts'
import type { Rating } from '#domains/images/session.ts'
import { house, landscape, product, type Scene } from './scenes.ts'

const brickHouse = house('brick', { wall: '#c98b6b', roof: '#6b4038', door: '#2f4858' })
const tanHouse = house('tan', { wall: '#c9b28e', roof: '#58616b', door: '#9b3d2f' })
const flatHouse = house('flat', { wall: '#d8dde0', roof: '#3d434a', door: '#7a5a36', flatRoof: true, car: '#b33a3a' })
const lake = landscape('lake')
const mug = product('mug', 'mug', '#2f7f86')
const lamp = product('lamp', 'lamp', '#d99a2b')

export interface Plan {
  readonly name: string
  /** UTC. */
  readonly at: string
  readonly scene: Scene
  readonly instruction: string
  readonly language?: string
  readonly editType: string
  /** A key of `edits`; one that is not there makes the edit fail. */
  readonly operation: string
  readonly seed: number
  readonly strength: number
  readonly parameters?: Readonly<Record<string, number | string>>
  /** The area of the scene that the edit is limited to. */
  readonly area?: string
  /** The plan whose output is edited further. */
  readonly after?: string
  /** Makes the input a near duplicate of the scene: shrunk to this width and compressed before. */
  readonly copyWidth?: number
  readonly inputEncoding?: 'jpeg' | 'png' | 'webp'
  readonly encoding?: 'jpeg' | 'png' | 'webp'
  readonly rating?: Rating
  readonly kept?: boolean
  readonly regenerated?: boolean
  /** A pseudonym; absent when the session is the owner's own. */
  readonly person?: string
}

const robin = 'sample-robin'
const sasha = 'sample-sasha'

export const plans: readonly Plan[] = [
  {
    name: 'brick-evening',
    at: '2025-09-01T09:12:40.120Z',
    scene: brickHouse,
    instruction: 'Make it look like a warm summer evening',
    editType: 'light',
    operation: 'evening',
    seed: 11,
    strength: 0.8,
    rating: 1,
    kept: true,
    person: robin,
  },
  {
    name: 'brick-sage',
    at: '2025-09-01T09:15:02.480Z',
    scene: brickHouse,
    instruction: 'Paint the walls sage green',
    editType: 'colour',
    operation: 'repaint',
    parameters: { colour: '#8fae8b' },
    area: 'wall',
    seed: 12,
    strength: 1,
    rating: 1,
    kept: true,
    person: robin,
  },
  {
    name: 'tan-winter',
    at: '2025-09-02T17:40:11.005Z',
    scene: tanHouse,
    instruction: 'make it winter, with snow falling',
    editType: 'season',
    operation: 'winter',
    seed: 21,
    strength: 0.9,
    rating: 1,
    kept: true,
    person: sasha,
  },
  {
    name: 'tan-winter-night',
    after: 'tan-winter',
    at: '2025-09-02T17:41:30.900Z',
    scene: tanHouse,
    instruction: 'now make it night, with light in the windows',
    editType: 'light',
    operation: 'night',
    area: 'windows',
    seed: 22,
    strength: 0.9,
    rating: 1,
    kept: true,
    person: sasha,
  },
  {
    name: 'tan-winter-night-sketch',
    after: 'tan-winter-night',
    at: '2025-09-02T17:43:05.330Z',
    scene: tanHouse,
    instruction: 'turn it into a pencil sketch',
    editType: 'style',
    operation: 'sketch',
    encoding: 'png',
    seed: 23,
    strength: 1,
    rating: 0,
    person: sasha,
  },
  {
    name: 'lake-autumn-bad',
    at: '2025-09-04T06:58:47.610Z',
    scene: lake,
    instruction: 'Make it autumn',
    editType: 'season',
    operation: 'autumn',
    seed: 31,
    strength: 0.35,
    rating: -1,
    kept: false,
    regenerated: true,
  },
  {
    name: 'lake-autumn',
    at: '2025-09-04T06:59:20.002Z',
    scene: lake,
    instruction: 'Make it autumn.',
    editType: 'season',
    operation: 'autumn',
    seed: 32,
    strength: 1,
    rating: 1,
    kept: true,
  },
  {
    name: 'lake-brighter',
    at: '2025-09-05T12:20:33.450Z',
    scene: lake,
    copyWidth: 400,
    inputEncoding: 'webp',
    encoding: 'webp',
    instruction: 'brighter, like a sunny morning',
    editType: 'light',
    operation: 'brighter',
    seed: 33,
    strength: 0.8,
    kept: true,
  },
  {
    name: 'mug-blur',
    at: '2025-09-08T10:02:15.730Z',
    scene: mug,
    instruction: 'Blur the background so that only the mug is sharp',
    editType: 'focus',
    operation: 'blur-background',
    parameters: { blurPx: 5 },
    area: 'thing',
    seed: 41,
    strength: 1,
    rating: 1,
    kept: true,
    person: robin,
  },
  {
    name: 'mug-monochrome',
    at: '2025-09-08T10:04:51.160Z',
    scene: mug,
    instruction: 'black and white, high contrast',
    editType: 'colour',
    operation: 'monochrome',
    encoding: 'webp',
    seed: 42,
    strength: 0.7,
    rating: 0,
    person: robin,
  },
  {
    name: 'flat-no-car',
    at: '2025-09-09T15:31:08.290Z',
    scene: flatHouse,
    instruction: 'Remove the car from the lawn',
    editType: 'removal',
    operation: 'remove-object',
    parameters: { object: 'car' },
    seed: 51,
    strength: 1,
  },
  {
    name: 'flat-door',
    at: '2025-09-09T15:33:44.870Z',
    scene: flatHouse,
    instruction: 'Streiche die Haustür rot',
    language: 'de',
    editType: 'colour',
    operation: 'repaint',
    parameters: { colour: '#c22f2f' },
    area: 'door',
    seed: 52,
    strength: 1,
    rating: 1,
    kept: true,
  },
  {
    name: 'lamp-film',
    at: '2025-09-10T19:05:26.540Z',
    scene: lamp,
    instruction: 'soft film look, slightly faded',
    editType: 'style',
    operation: 'film',
    encoding: 'webp',
    seed: 61,
    strength: 0.8,
    kept: true,
  },
  {
    name: 'lamp-repaint',
    at: '2025-09-10T19:08:13.015Z',
    scene: lamp,
    instruction: 'make teh lamp blue',
    editType: 'colour',
    operation: 'repaint',
    parameters: { colour: '#2f6fbf', gain: 0.7 },
    area: 'thing',
    seed: 62,
    strength: 1,
  },
]

export interface Opinion {
  /** The name of the plan. */
  readonly on: string
  readonly at: string
  readonly principal: string
  readonly kind: string
  readonly after: JsonObject | number | string | null
  readonly reason: string | null
}

const reviewer = 'sample-reviewer'

export const opinions: readonly Opinion[] = [
  {
    on: 'lake-autumn-bad',
    at: '2025-09-11T08:00:10.000Z',
    principal: reviewer,
    kind: 'reject',
    after: null,
    reason: 'hardly any change to be seen',
  },
  {
    on: 'lamp-repaint',
    at: '2025-09-11T08:01:25.000Z',
    principal: reviewer,
    kind: 'images.instruction',
    after: { instruction: 'make the lamp blue' },
    reason: 'typing mistake',
  },
  {
    on: 'lamp-repaint',
    at: '2025-09-11T08:01:40.000Z',
    principal: reviewer,
    kind: 'rating',
    after: { rating: 1 },
    reason: null,
  },
  {
    on: 'mug-blur',
    at: '2025-09-11T08:02:30.000Z',
    principal: robin,
    kind: 'images.outcome',
    after: { downloaded: true },
    reason: null,
  },
  {
    on: 'brick-evening',
    at: '2025-09-11T08:03:05.000Z',
    principal: reviewer,
    kind: 'accept',
    after: null,
    reason: null,
  },
]
