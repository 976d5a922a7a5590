/** The frame's picture, standing where the camera sees it: in the mouth of its frustum, or behind everything. */
import {
  BufferGeometry,
  DoubleSide,
  Float32BufferAttribute,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  SRGBColorSpace,
  Texture,
} from 'three'
import type { SolvedCamera, SolvedShot } from '../track-data.ts'
import { imagePlane } from './scene-shapes.ts'

export class PictureInSpace {
  readonly object = new Mesh(new BufferGeometry(), new MeshBasicMaterial({ side: DoubleSide }))
  readonly #onLoaded: () => void
  #shape: { readonly shot: SolvedShot; readonly focalPx: number } | null = null
  #shown: string | null = null
  /** What is wanted next while a picture is on its way: only the newest counts. */
  #next: string | null = null
  #isLoading = false
  #isPlaced = false
  #isClosed = false

  constructor(onLoaded: () => void) {
    this.#onLoaded = onLoaded
    this.object.visible = false
    this.object.matrixAutoUpdate = false
  }

  /** Loads a picture, unless it is there; null takes it away. One at a time, so that playing asks for no more than can come. */
  load(url: string | null): void {
    this.#next = url
    if (url === null) this.#show(null, null)
    else if (url !== this.#shown && !this.#isLoading) this.#fetch(url)
  }

  place(
    shot: SolvedShot,
    camera: SolvedCamera,
    { position, axes }: { readonly position: Float64Array; readonly axes: Float64Array },
    depth: number,
    isBehind: boolean,
  ): void {
    if (this.#shape?.shot !== shot || this.#shape.focalPx !== camera.focalPx) this.#reshape(shot, camera)
    const a = Array.from(axes, (value) => value * depth)
    const [x, y, z] = position as unknown as [number, number, number]
    this.object.matrix.copy(
      new Matrix4().set(a[0]!, a[1]!, a[2]!, x, a[3]!, a[4]!, a[5]!, y, a[6]!, a[7]!, a[8]!, z, 0, 0, 0, 1),
    )
    this.object.matrixWorldNeedsUpdate = true
    this.object.renderOrder = isBehind ? -1 : 0
    this.object.material.depthTest = !isBehind
    this.object.material.depthWrite = !isBehind
    this.#isPlaced = true
    this.#toggle()
  }

  /** The frame has no camera. */
  hide(): void {
    this.#isPlaced = false
    this.#toggle()
  }

  dispose(): void {
    this.#isClosed = true
    this.object.geometry.dispose()
    this.object.material.map?.dispose()
    this.object.material.dispose()
  }

  #reshape(shot: SolvedShot, camera: SolvedCamera): void {
    const { positions, uvs, indices } = imagePlane(shot, camera)
    const geometry = new BufferGeometry()
    geometry.setAttribute('position', new Float32BufferAttribute(positions, 3))
    geometry.setAttribute('uv', new Float32BufferAttribute(uvs, 2))
    geometry.setIndex([...indices])
    this.object.geometry.dispose()
    this.object.geometry = geometry
    this.#shape = { shot, focalPx: camera.focalPx }
  }

  #fetch(url: string): void {
    this.#isLoading = true
    const image = new Image()
    const done = (texture: Texture | null) => {
      this.#isLoading = false
      if (this.#isClosed || this.#next === null) return texture?.dispose()
      this.#show(url, texture)
      this.#onLoaded()
      if (this.#next !== url) this.#fetch(this.#next)
    }
    image.addEventListener('load', () => done(textureOf(image)))
    image.addEventListener('error', () => done(null))
    image.src = url
  }

  #show(url: string | null, texture: Texture | null): void {
    const { material } = this.object
    material.map?.dispose()
    // Shaders differ with and without a picture.
    if ((material.map === null) !== (texture === null)) material.needsUpdate = true
    material.map = texture
    this.#shown = url
    this.#toggle()
  }

  #toggle(): void {
    this.object.visible = this.#isPlaced && this.object.material.map !== null
  }
}

function textureOf(image: HTMLImageElement): Texture {
  const texture = new Texture(image)
  texture.colorSpace = SRGBColorSpace
  texture.needsUpdate = true
  return texture
}
