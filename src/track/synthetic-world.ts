/** The surfaces of a synthetic scene and what a ray meets first. Axes as in `synthetic-path.ts`. */
import type { Rng } from '#core/rng.ts'

/**
 * `room`: walls, floor, ceiling, boxes. `street`: ground and houses under an empty sky. `facade`: a wall with shallow
 * relief. `plane`: a wall without. `far`: nothing nearer than 250 m.
 */
export type SceneKind = 'room' | 'street' | 'facade' | 'plane' | 'far'

/** A box that stands parallel to the axes, seen from outside or, when it is the room, from inside. */
interface Box {
  /** Corners: the lowest x, y, z and the highest. */
  readonly low: readonly [number, number, number]
  readonly high: readonly [number, number, number]
  readonly inside: boolean
}

/** A box that goes to and fro and turns about its upright axis. */
export interface Mover {
  readonly half: readonly [number, number, number]
  readonly anchor: readonly [number, number, number]
  /** Amplitude of the motion, metres. */
  readonly swing: readonly [number, number, number]
  readonly periodFrames: number
  readonly phase: number
  readonly turnPerFrame: number
}

export interface World {
  readonly kind: SceneKind
  readonly boxes: readonly Box[]
  readonly movers: readonly Mover[]
}

export interface Hit {
  /** In lengths of the ray's direction. */
  readonly distance: number
  /** Index of the mover that was hit; null: something that stands. */
  readonly mover: number | null
}

/** A place: x, y, z. */
type Vector = ArrayLike<number>

const groundY = 1.6

/** Builds a scene around a path, so that the camera is never inside a thing and always has something before it. */
export function buildWorld(kind: SceneKind, centres: readonly Vector[], moverCount: number, rng: Rng): World {
  const between = (low: number, high: number) => low + (high - low) * rng.next()
  const xs = centres.map((centre) => centre[0]!)
  const zs = centres.map((centre) => centre[2]!)
  const bounds = { x0: Math.min(...xs), x1: Math.max(...xs), z0: Math.min(...zs), z1: Math.max(...zs) }
  const boxes = boxesOf(kind, bounds, between)
  const clear = boxes.filter(({ low, high, inside }) => inside || centres.every((centre) => !near(centre, low, high)))
  // Spread along the path, a few metres before it, so that each comes into view.
  const movers = Array.from({ length: moverCount }, (_, i): Mover => {
    const centre = centres[Math.floor(((i + 0.5) / moverCount) * centres.length)]!
    const [x, z] = [centre[0]!, centre[2]!]
    return {
      half: [between(0.3, 0.6), between(0.3, 0.7), between(0.3, 0.6)],
      anchor: [x + between(-1.5, 1.5), between(-0.4, 0.8), z + between(3, 4.5)],
      swing: [between(0.4, 1.2), between(0, 0.2), between(0.2, 0.6)],
      periodFrames: between(50, 110),
      phase: between(0, 2 * Math.PI),
      turnPerFrame: between(-0.02, 0.02),
    }
  })
  return { kind, boxes: clear, movers }
}

interface Bounds {
  readonly x0: number
  readonly x1: number
  readonly z0: number
  readonly z1: number
}

function boxesOf(kind: SceneKind, { x0, x1, z0, z1 }: Bounds, between: (low: number, high: number) => number): Box[] {
  const wallZ = z1 + 6
  const plate = (z: number): Box => ({ low: [x0 - 60, -40, z], high: [x1 + 60, 40, z + 1], inside: false })
  const ground: Box = { low: [x0 - 60, groundY, z0 - 60], high: [x1 + 60, groundY + 1, z1 + 60], inside: false }
  const scatter = (perMetre: number, depth: number, low: number, high: number): Box[] =>
    Array.from({ length: Math.ceil(perMetre * (x1 - x0 + z1 - z0 + 10)) }, () => {
      const [x, z] = [between(x0 - 6, x1 + 6), between(z0 + 2, z1 + depth)]
      const [width, height, length] = [between(low, high), between(low, high), between(low, high)]
      return { low: [x, groundY - height, z], high: [x + width, groundY, z + length], inside: false }
    })
  switch (kind) {
    case 'room':
      return [
        { low: [x0 - 5, -1.5, z0 - 5], high: [x1 + 5, groundY, z1 + 8], inside: true },
        ...scatter(1.2, 7, 0.4, 1.8),
      ]
    case 'street':
      return [ground, ...scatter(1, 25, 1, 5)]
    case 'facade':
      return [
        plate(wallZ),
        ...Array.from({ length: Math.ceil(1.5 * (x1 - x0 + 20)) }, (): Box => {
          const [x, y] = [between(x0 - 10, x1 + 10), between(-5, 5)]
          return { low: [x, y, wallZ - between(0.05, 0.4)], high: [x + 1.2, y + 1.2, wallZ], inside: false }
        }),
      ]
    case 'plane':
      return [plate(wallZ)]
    case 'far':
      return [{ low: [x0 - 400, -250, z0 - 400], high: [x1 + 400, 250, z1 + 400], inside: true }]
  }
}

/** What a ray from `origin` along `direction` meets first in a frame; null: nothing. */
export function cast(world: World, frame: number, origin: Float64Array, direction: Float64Array): Hit | null {
  let distance = Infinity
  let mover: number | null = null
  for (const { low, high, inside } of world.boxes) {
    const at = enterBox(origin, direction, low, high, inside)
    if (at < distance) distance = at
  }
  for (const [index, each] of world.movers.entries()) {
    const { half } = each
    const from = intoMover(each, frame, origin, true)
    const along = intoMover(each, frame, direction, false)
    const at = enterBox(from, along, [-half[0], -half[1], -half[2]], half, false)
    if (at < distance) {
      distance = at
      mover = index
    }
  }
  return distance < Infinity ? { distance, mover } : null
}

/** From the coordinates of a mover to those of the world, in a frame. */
export function outOfMover(mover: Mover, frame: number, local: Float64Array): Float64Array {
  const [cos, sin] = [Math.cos(mover.turnPerFrame * frame), Math.sin(mover.turnPerFrame * frame)]
  const [x, y, z] = [local[0]!, local[1]!, local[2]!]
  const centre = centreOf(mover, frame)
  return Float64Array.of(cos * x + sin * z + centre[0]!, y + centre[1]!, cos * z - sin * x + centre[2]!)
}

export function intoMover(mover: Mover, frame: number, world: Float64Array, isPoint: boolean): Float64Array {
  const [cos, sin] = [Math.cos(mover.turnPerFrame * frame), Math.sin(mover.turnPerFrame * frame)]
  const centre = isPoint ? centreOf(mover, frame) : [0, 0, 0]
  const [x, y, z] = [world[0]! - centre[0]!, world[1]! - centre[1]!, world[2]! - centre[2]!]
  return Float64Array.of(cos * x - sin * z, y, sin * x + cos * z)
}

function centreOf({ anchor, swing, periodFrames, phase }: Mover, frame: number): number[] {
  const share = Math.sin((2 * Math.PI * frame) / periodFrames + phase)
  return anchor.map((value, axis) => value + share * swing[axis]!)
}

/**
 * Distance to where a ray enters a box (Kay and Kajiya's slabs), or leaves it when the box is a room; Infinity: never.
 */
function enterBox(from: Float64Array, along: Float64Array, low: Vector, high: Vector, inside: boolean): number {
  let enter = -Infinity
  let leave = Infinity
  for (let axis = 0; axis < 3; axis++) {
    const a = (low[axis]! - from[axis]!) / along[axis]!
    const b = (high[axis]! - from[axis]!) / along[axis]!
    enter = Math.max(enter, Math.min(a, b))
    leave = Math.min(leave, Math.max(a, b))
  }
  const at = inside ? leave : enter
  return enter < leave && at > 1e-6 ? at : Infinity
}

/** Whether a place is within 0.8 m of a box. */
function near(place: Vector, low: Vector, high: Vector): boolean {
  return [0, 1, 2].every((axis) => place[axis]! > low[axis]! - 0.8 && place[axis]! < high[axis]! + 0.8)
}
