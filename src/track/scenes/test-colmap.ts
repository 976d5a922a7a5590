/** A reader of COLMAP text models for tests, written from COLMAP's documentation alone: it shares nothing with the writer. */
import assert from 'node:assert/strict'

export interface ReadCamera {
  readonly model: string
  readonly size: readonly [number, number]
  readonly params: readonly number[]
}

export interface ReadImage {
  readonly name: string
  readonly camera: number
  readonly quaternion: readonly [number, number, number, number]
  readonly translation: readonly [number, number, number]
  readonly seen: readonly { readonly x: number; readonly y: number; readonly point: number }[]
}

export interface ReadPoint {
  readonly xyz: readonly [number, number, number]
  readonly errorPx: number
  /** IMAGE_ID and POINT2D_IDX. */
  readonly track: readonly (readonly [number, number])[]
}

export interface ReadModel {
  readonly cameras: ReadonlyMap<number, ReadCamera>
  readonly images: ReadonlyMap<number, ReadImage>
  readonly points: ReadonlyMap<number, ReadPoint>
}

export function readColmap(texts: ReadonlyMap<string, string>): ReadModel {
  const rows = (name: string) => {
    const lines = (texts.get(name) ?? assert.fail(`no ${name}`)).split('\n')
    assert.equal(lines.pop(), '', `${name} ends with a line feed`)
    return lines.filter((line) => !line.startsWith('#')).map((line) => (line === '' ? [] : line.split(' ')))
  }
  const imageRows = rows('images.txt')
  return {
    cameras: new Map(
      rows('cameras.txt').map(([id, model = '', width, height, ...params]) => [
        number(id),
        { model, size: [number(width), number(height)], params: params.map(number) },
      ]),
    ),
    images: new Map(
      Array.from({ length: imageRows.length / 2 }, (_, i) =>
        imageOf(imageRows[2 * i] ?? [], imageRows[2 * i + 1] ?? []),
      ),
    ),
    points: new Map(
      rows('points3D.txt').map(([id, x, y, z, _r, _g, _b, error, ...track]) => [
        number(id),
        {
          xyz: [number(x), number(y), number(z)],
          errorPx: number(error),
          track: inGroups(track, 2) as [number, number][],
        },
      ]),
    ),
  }
}

function imageOf(head: readonly string[], points: readonly string[]): [number, ReadImage] {
  const [id, qw, qx, qy, qz, tx, ty, tz, camera, name = ''] = head
  const seen = inGroups(points, 3).map(([x = NaN, y = NaN, point = NaN]) => ({ x, y, point }))
  const quaternion = [number(qw), number(qx), number(qy), number(qz)] as const
  return [
    number(id),
    { name, camera: number(camera), quaternion, translation: [number(tx), number(ty), number(tz)], seen },
  ]
}

function number(word: string | undefined): number {
  assert.match(word ?? '', /^-?\d+(\.\d+)?(e[+-]?\d+)?$/)
  return Number(word)
}

const inGroups = (words: readonly string[], size: number) =>
  Array.from({ length: words.length / size }, (_, i) => words.slice(i * size, (i + 1) * size).map(number))

/** Where a point of the world appears, by the formulas of COLMAP's `sensor/models.h`. */
export function projectByColmap(
  { model, params }: ReadCamera,
  image: ReadImage,
  xyz: ReadPoint['xyz'],
): [number, number] {
  const [w, x, y, z] = image.quaternion
  const rotation = [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ]
  const [a = 0, b = 0, c = 0] = rotation.map(
    (row, i) => row.reduce((sum, value, j) => sum + value * (xyz[j] ?? 0), 0) + (image.translation[i] ?? 0),
  )
  assert.ok(c > 0, 'the point lies in front')
  return imageFromCam(model, params, a / c, b / c)
}

function imageFromCam(model: string, params: readonly number[], u: number, v: number): [number, number] {
  const at = (i: number) => params[i] ?? assert.fail(`${model} has parameter ${i}`)
  const oneFocal = model.startsWith('SIMPLE') || model === 'RADIAL'
  const [fx, fy, cx, cy] = oneFocal ? [at(0), at(0), at(1), at(2)] : [at(0), at(1), at(2), at(3)]
  const rest = params.slice(oneFocal ? 3 : 4)
  const counts: Record<string, number> = {
    SIMPLE_PINHOLE: 0,
    PINHOLE: 0,
    SIMPLE_RADIAL: 1,
    RADIAL: 2,
    OPENCV: 4,
    FULL_OPENCV: 8,
  }
  assert.equal(rest.length, counts[model], model)
  const [k1 = 0, k2 = 0, p1 = 0, p2 = 0, k3 = 0, k4 = 0, k5 = 0, k6 = 0] = rest
  const r2 = u * u + v * v
  const radial = (1 + k1 * r2 + k2 * r2 ** 2 + k3 * r2 ** 3) / (1 + k4 * r2 + k5 * r2 ** 2 + k6 * r2 ** 3)
  const du = 2 * p1 * u * v + p2 * (r2 + 2 * u * u)
  const dv = 2 * p2 * u * v + p1 * (r2 + 2 * v * v)
  return [fx * (u * radial + du) + cx, fy * (v * radial + dv) + cy]
}
