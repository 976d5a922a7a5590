/**
 * The 3D view: one solved shot, or two attempts laid over each other, in the scene's own axes. It lives as long as its canvas,
 * draws only when something changed, and knows neither React nor where its data come from.
 */
import { AxesHelper, GridHelper, Group, PerspectiveCamera, Scene, Vector3, WebGLRenderer } from 'three'
import type { LineSegments, Object3D } from 'three'
import { OrbitControls } from 'three/addons/controls/OrbitControls.js'
import { transformBySimilarity } from '#track/estimate/similarity.ts'
import type { SolvedCamera, SolvedShot } from '../track-data.ts'
import type { Rgb } from './colours.ts'
import { cameraInScene, composeSimilarities, invertSimilarity, type Orientation } from './orientation.ts'
import { PictureInSpace } from './picture-in-space.ts'
import {
  bigDot,
  dotsOf,
  frustumLines,
  lineOf,
  pathLines,
  skyLines,
  testObjectLines,
  type Dots,
} from './scene-objects.ts'
import { onScreen, watchPointer, type Hit, type PointerListener } from './scene-pointer.ts'
import { extentOf, floorStep, lowestOf, nearestOnScreen, pathPlaces, pointPlaces, type Ball } from './scene-shapes.ts'
import type { TestObject } from './test-objects.ts'
import { lookThrough } from './look-through.ts'

export type ViewName = 'fit' | 'camera' | 'top' | 'front' | 'side'

export interface ShotLook {
  readonly shot: SolvedShot
  readonly orientation: Orientation
  readonly hasFloor: boolean
  readonly objects: readonly TestObject[]
  /** For each point of the shot. */
  readonly colours: readonly Rgb[]
  /** Another attempt's path, in the scene already: 3 numbers for each camera. */
  readonly otherPath: Float64Array | null
}

export interface StageListener extends PointerListener {
  /** The person moved the view, so that it is none of the named ones any more. */
  readonly onMoved: () => void
}

const reachPx = 9
/** Of the frustums that show where the camera went. */
const mostFrustums = 14
/** The ball around a scene is larger than what is seen of it. */
const closer = 0.78

export class SceneStage {
  readonly #canvas: HTMLCanvasElement
  readonly #renderer: WebGLRenderer
  readonly #scene = new Scene()
  readonly #camera = new PerspectiveCamera(45, 1, 0.01, 1000)
  readonly #controls: OrbitControls
  readonly #listener: StageListener
  readonly #unwatch: () => void
  readonly #picture: PictureInSpace
  readonly #shotGroup = new Group()
  /** Where the camera went: not seen through that camera. */
  readonly #way = new Group()
  readonly #currentGroup = new Group()
  #look: ShotLook | null = null
  #points: Float64Array = new Float64Array()
  #path: Float64Array = new Float64Array()
  #extent: Ball = { centre: [0, 0, 0], radius: 1 }
  #dots: Dots | null = null
  #selected: ReadonlySet<number> = new Set()
  #frame = 0
  /** The named view that it is; null once a person moved it. */
  #named: ViewName | null = 'fit'
  #throughCamera = false
  #request = 0

  /** @throws Error where the browser has no WebGL */
  constructor(canvas: HTMLCanvasElement, listener: StageListener) {
    this.#canvas = canvas
    this.#listener = listener
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true })
    this.#renderer.setPixelRatio(Math.min(2, window.devicePixelRatio))
    this.#picture = new PictureInSpace(() => this.redraw())
    this.#scene.add(this.#shotGroup, this.#way, this.#currentGroup, this.#picture.object)
    this.#controls = new OrbitControls(this.#camera, canvas)
    this.#controls.zoomSpeed = 1.4
    this.#controls.addEventListener('change', () => this.redraw())
    this.#controls.addEventListener('start', () => this.#leaveCamera())
    this.#unwatch = watchPointer(canvas, (x, y) => this.#hitAt(x, y), listener)
  }

  dispose(): void {
    cancelAnimationFrame(this.#request)
    this.#unwatch()
    this.#controls.dispose()
    for (const group of [this.#shotGroup, this.#way, this.#currentGroup]) clear(group)
    this.#picture.dispose()
    this.#renderer.dispose()
  }

  /** Another shot is looked at as this one was if the view has a name, else from where all of it is seen; the same one, laid otherwise, as it was looked at before. */
  show(look: ShotLook): void {
    const before = this.#look?.shot === look.shot ? this.#look.orientation : null
    this.#look = look
    this.#points = pointPlaces(look.shot, look.orientation)
    this.#path = pathPlaces(look.shot, look.orientation)
    this.#extent = extentOf(this.#points, this.#path)
    this.#buildShot(look)
    this.#buildCurrent()
    if (!before) this.view(this.#named ?? 'fit')
    else if (this.#throughCamera) this.#followCamera()
    else if (before !== look.orientation)
      this.#moveAlong(composeSimilarities(look.orientation, invertSimilarity(before)))
    this.redraw()
  }

  /** The view goes along with the scene; only up stays up. */
  #moveAlong(newFromOld: Orientation): void {
    for (const place of [this.#camera.position, this.#controls.target]) {
      place.fromArray(transformBySimilarity(newFromOld, Float64Array.of(place.x, place.y, place.z)))
    }
    this.#setDepths()
    this.#controls.update()
  }

  #setDepths(): void {
    this.#camera.near = this.#extent.radius / 500
    this.#camera.far = this.#extent.radius * 500
    this.#camera.updateProjectionMatrix()
  }

  select(selected: ReadonlySet<number>): void {
    this.#selected = selected
    if (this.#look) this.#dots?.select(this.#look.shot.points.map(({ track }) => selected.has(track)))
    this.redraw()
  }

  /** @param picture where the frame's picture is; null shows none */
  go(frame: number, picture: string | null): void {
    this.#frame = frame
    this.#buildCurrent()
    this.#picture.load(picture)
    if (this.#throughCamera) this.#followCamera()
    this.redraw()
  }

  resize(width: number, height: number): void {
    if (width === 0 || height === 0) return
    this.#renderer.setSize(width, height, false)
    this.#camera.aspect = width / height
    this.#camera.updateProjectionMatrix()
    if (this.#throughCamera) this.#followCamera()
    // At once, since a canvas that changes its size is empty.
    this.#draw()
  }

  view(name: ViewName): void {
    this.#named = name
    this.#throughCamera = name === 'camera' && this.#cameraNow() !== null
    const { centre, radius } = this.#extent
    const target = new Vector3(...centre)
    const away = (closer * radius) / Math.sin((this.#camera.fov * Math.PI) / 360) / Math.min(1, this.#camera.aspect)
    const direction = directions[name === 'camera' ? 'fit' : name]
    if (this.#throughCamera) this.#followCamera()
    else {
      this.#camera.up.set(0, 1, 0)
      this.#setDepths()
      this.#camera.position.copy(target).addScaledVector(direction, away)
      this.#controls.target.copy(target)
      this.#controls.update()
    }
    this.#buildCurrent()
    this.redraw()
  }

  redraw(): void {
    cancelAnimationFrame(this.#request)
    this.#request = requestAnimationFrame(() => this.#draw())
  }

  #draw(): void {
    this.#renderer.render(this.#scene, this.#camera)
  }

  #cameraNow(): SolvedCamera | null {
    return this.#look?.shot.cameras.find(({ frame }) => frame === this.#frame) ?? null
  }

  #buildShot(look: ShotLook): void {
    const { shot, orientation, hasFloor, objects, colours, otherPath } = look
    clear(this.#shotGroup)
    clear(this.#way)
    const { centre } = this.#extent
    const step = floorStep(this.#extent)
    const floor = new GridHelper(24 * step, 24, '#5b6068', '#33363c')
    floor.position.y = hasFloor ? 0 : lowestOf(this.#points)
    if (!hasFloor) floor.position.set(centre[0], floor.position.y, centre[2])
    this.#dots = dotsOf(this.#points, colours)
    this.#dots.select(shot.points.map(({ track }) => this.#selected.has(track)))
    this.#way.add(
      pathLines(shot.cameras, this.#path, '#7fb0ee'),
      frustumLines(shot, orientation, this.#milestones(shot), this.#frustumSize() * 0.5, '#4f7db3'),
    )
    const parts: Object3D[] = [floor, new AxesHelper(1.5 * step), ...this.#dots.objects]
    if (shot.motion === 'tripod') this.#way.add(skyLines(orientation))
    if (otherPath) parts.push(lineOf(otherPath, '#f5a623'))
    for (const object of objects) parts.push(testObjectLines(object, orientation))
    this.#shotGroup.add(...parts)
  }

  /** Long enough to be seen beside the scene, short enough that a short path is not hidden. */
  #frustumSize(): number {
    const path = extentOf(this.#path, this.#path).radius
    const { radius } = this.#extent
    return Math.min(0.28 * radius, Math.max(0.13 * radius, 0.4 * path))
  }

  /** Cameras with so much way between them that their frustums can be told apart; none of one that only turns. */
  #milestones({ cameras, motion }: SolvedShot): readonly SolvedCamera[] {
    if (motion === 'tripod') return []
    const reach = extentOf(this.#path, this.#path).radius * 2
    const count = Math.max(2, Math.min(mostFrustums, Math.floor(reach / (0.5 * this.#frustumSize()))))
    const step = Math.max(1, (cameras.length - 1) / (count - 1))
    return cameras.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))
  }

  #buildCurrent(): void {
    clear(this.#currentGroup)
    this.#way.visible = !this.#throughCamera
    const camera = this.#cameraNow()
    const look = this.#look
    if (!camera || !look) return this.#picture.hide()
    const { shot, orientation } = look
    const size = this.#throughCamera ? this.#extent.radius * 20 : this.#frustumSize()
    this.#picture.place(shot, camera, cameraInScene(orientation, camera.camFromWorld), size, this.#throughCamera)
    if (this.#throughCamera) return
    this.#currentGroup.add(frustumLines(shot, orientation, [camera], size, '#ffffff'))
    const index = shot.cameras.indexOf(camera)
    this.#currentGroup.add(bigDot(this.#path.subarray(3 * index, 3 * index + 3), '#ffffff', 9))
  }

  #followCamera(): void {
    const camera = this.#cameraNow()
    if (camera && this.#look)
      this.#controls.target.copy(lookThrough(this.#camera, this.#look, camera, this.#extent.radius))
  }

  #leaveCamera(): void {
    if (this.#throughCamera) {
      this.#throughCamera = false
      this.#camera.up.set(0, 1, 0)
      this.#setDepths()
      this.#buildCurrent()
    }
    this.#named = null
    this.#listener.onMoved()
  }

  #hitAt(x: number, y: number): Hit | null {
    const look = this.#look
    if (!look) return null
    const seen = (places: Float64Array) =>
      onScreen(places, this.#camera, this.#canvas.clientWidth, this.#canvas.clientHeight)
    const points = seen(this.#points)
    const point = nearestOnScreen(points, x, y, reachPx)
    const at = (places: Float32Array, i: number) => ({ x: places[2 * i] as number, y: places[2 * i + 1] as number })
    if (point >= 0) return { kind: 'point', track: look.shot.points[point]?.track ?? 0, ...at(points, point) }
    if (this.#throughCamera) return null
    const path = seen(this.#path)
    const place = nearestOnScreen(path, x, y, reachPx)
    return place < 0 ? null : { kind: 'frame', frame: look.shot.cameras[place]?.frame ?? 0, ...at(path, place) }
  }
}

// A little off the axis, since a view straight down has no up.
const directions: Readonly<Record<Exclude<ViewName, 'camera'>, Vector3>> = {
  fit: new Vector3(0.75, 0.55, 1).normalize(),
  top: new Vector3(0, 1, 0.0005).normalize(),
  front: new Vector3(0, 0, 1),
  side: new Vector3(1, 0, 0),
}

/** Takes everything out of a group and gives its memory back. */
function clear(group: Group): void {
  for (const child of group.children.slice()) {
    group.remove(child)
    const { geometry, material } = child as LineSegments
    geometry?.dispose()
    for (const one of Array.isArray(material) ? material : [material]) one?.dispose()
  }
}
