/**
 * Real edits of pictures with sharp: the "model" of the sample project. Each takes the bytes of a picture and gives
 * those of another, from a seed and a strength alone.
 */
import sharp, { type Sharp } from 'sharp'
import { type Rng, seededRng } from '#core/rng.ts'
import { height, width } from './scenes.ts'

export interface EditRequest {
  readonly input: Uint8Array
  /** White where the edit may change the picture; null for everywhere. */
  readonly mask: Uint8Array | null
  readonly seed: number
  /** 0 to 1. */
  readonly strength: number
  readonly parameters: Readonly<Record<string, number | string>>
}

export type Edit = (request: EditRequest) => Promise<Sharp>

const overlay = (body: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`)
const start = (request: EditRequest) => sharp(request.input).removeAlpha()
const between = (rng: Rng, low: number, high: number) => low + rng.next() * (high - low)

/** The colour matrix between "as it is" and `full`. */
function matrix(full: readonly (readonly number[])[], strength: number) {
  const at = (row: number, column: number) => {
    const same = row === column ? 1 : 0
    return same + ((full[row]?.[column] ?? same) - same) * strength
  }
  const row = (r: number): [number, number, number] => [at(r, 0), at(r, 1), at(r, 2)]
  return [row(0), row(1), row(2)] as [[number, number, number], [number, number, number], [number, number, number]]
}

/** Low sun: warm channels up, cool ones down, a glow from one side. */
const evening: Edit = async (request) => {
  const { strength } = request
  const glow = overlay(
    '<radialGradient id="g" cx="0.85" cy="0.2" r="0.9"><stop offset="0" stop-color="#ffb347" stop-opacity="0.75"/><stop offset="1" stop-color="#5b2a6e" stop-opacity="0.35"/></radialGradient><rect width="100%" height="100%" fill="url(#g)"/>',
  )
  const warm = await start(request)
    .linear([1 + 0.12 * strength, 1 - 0.03 * strength, 1 - 0.25 * strength], [8 * strength, 0, -6 * strength])
    .toBuffer()
  return sharp(warm).composite([{ input: glow, blend: 'soft-light' }])
}

/** Greens become pale, shadows blue, and snow falls: flakes by the seed. */
const winter: Edit = async (request) => {
  const rng = seededRng(request.seed)
  const pale = [
    [0.3, 0.65, 0.05],
    [0.22, 0.68, 0.12],
    [0.15, 0.55, 0.38],
  ]
  const flakes = Array.from({ length: Math.round(420 * request.strength) }, () => {
    const [x, y, r] = [between(rng, 0, width), between(rng, 0, height), between(rng, 0.7, 2.4)]
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r.toFixed(1)}" fill="#fff" fill-opacity="${between(rng, 0.55, 0.95).toFixed(2)}"/>`
  })
  const cold = await start(request).recomb(matrix(pale, request.strength)).linear(1.06, 4).png().toBuffer()
  const ground = `<linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0.7" stop-color="#fff" stop-opacity="0"/><stop offset="0.8" stop-color="#f6f9ff" stop-opacity="${0.85 * request.strength}"/></linearGradient><rect width="100%" height="100%" fill="url(#s)"/>`
  return sharp(cold).composite([{ input: overlay(ground + flakes.join('')) }])
}

/** Greens turn to orange and brown; blue skies stay, since blue counts against red. */
const autumn: Edit = async (request) => {
  const turned = [
    [0.9, 0.8, -0.5],
    [0.35, 0.45, 0.15],
    [0, -0.15, 1.1],
  ]
  return start(request)
    .recomb(matrix(turned, request.strength))
    .modulate({ saturation: 1 + 0.3 * request.strength })
}

/** Dark and blue; what the mask shows (windows) is lit and glows. */
const night: Edit = async (request) => {
  const { strength } = request
  const dark = await start(request)
    .modulate({ saturation: 1 - 0.45 * strength })
    .linear([1 - 0.74 * strength, 1 - 0.68 * strength, 1 - 0.48 * strength], [2, 4, 16])
    .png()
    .toBuffer()
  if (!request.mask) return sharp(dark)
  const lit = (blurPx: number) => tinted(request.mask ?? request.input, '#ffc861', blurPx)
  return sharp(dark).composite([
    { input: await lit(14), blend: 'screen' },
    { input: await lit(0.6), blend: 'over' },
  ])
}

/** The white of a mask in one colour, transparent elsewhere. */
async function tinted(mask: Uint8Array, colour: string, blurPx: number): Promise<Buffer> {
  const alpha = await sharp(mask).removeAlpha().greyscale().blur(blurPx).toColourspace('b-w').raw().toBuffer()
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .joinChannel(alpha, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer()
}

/** Edges by a Sobel convolution in both directions, dark on paper. */
const sketch: Edit = async (request) => {
  const sobelX = { width: 3, height: 3, scale: 1, kernel: [-1, 0, 1, -2, 0, 2, -1, 0, 1] }
  const sobelY = { width: 3, height: 3, scale: 1, kernel: [-1, -2, -1, 0, 0, 0, 1, 2, 1] }
  const gray = await start(request).greyscale().blur(0.8).png().toBuffer()
  // Each direction twice, since a convolution cuts negative slopes off at 0.
  const turned = (kernel: readonly number[]) => kernel.map((value) => -value)
  const kernels = [
    sobelX,
    { ...sobelX, kernel: turned(sobelX.kernel) },
    sobelY,
    { ...sobelY, kernel: turned(sobelY.kernel) },
  ]
  const edges = await Promise.all(kernels.map((kernel) => sharp(gray).convolve(kernel).png().toBuffer()))
  const [first = gray, ...others] = edges
  const lines = await sharp(first)
    .composite(others.map((input) => ({ input, blend: 'lighten' as const })))
    .png()
    .toBuffer()
  return sharp(lines)
    .linear(-0.4 - request.strength, 250)
    .greyscale()
}

/** Sharp where the mask is white, blurred elsewhere. */
const blurBackground: Edit = async (request) => {
  const sigma = Number(request.parameters['blurPx'] ?? 5) * request.strength
  const blurred = await start(request).blur(sigma).png().toBuffer()
  return sharp(blurred).composite([{ input: await cutOut(request.input, request.mask ?? request.input) }])
}

/** The picture with the mask as its alpha. */
async function cutOut(input: Uint8Array, mask: Uint8Array): Promise<Buffer> {
  const alpha = await sharp(mask).removeAlpha().greyscale().blur(0.7).toColourspace('b-w').raw().toBuffer()
  // In a step of its own: within one pipeline sharp removes alpha last, and so the joined channel too.
  const opaque = await sharp(input).removeAlpha().toColourspace('srgb').png().toBuffer()
  return sharp(opaque)
    .joinChannel(alpha, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer()
}

/** Another colour inside the mask; light and shade stay. */
const repaint: Edit = async (request) => {
  const colour = String(request.parameters['colour'] ?? '#888888')
  const gray = await start(request)
    .greyscale()
    .linear(Number(request.parameters['gain'] ?? 1.25), 0)
    .toColourspace('srgb')
    .png()
    .toBuffer()
  const painted = await sharp(gray).tint(colour).png().toBuffer()
  return start(request).composite([{ input: await cutOut(painted, request.mask ?? request.input) }])
}

const monochrome: Edit = async (request) => {
  const gain = 1 + 0.6 * request.strength
  return start(request)
    .greyscale()
    .linear(gain, 128 * (1 - gain))
}

const brighter: Edit = async (request) =>
  start(request).modulate({ brightness: 1 + 0.22 * request.strength, saturation: 1 + 0.25 * request.strength })

/** Faded blacks and grain by the seed. */
const film: Edit = async (request) => {
  const rng = seededRng(request.seed)
  const grain = Buffer.alloc(width * height)
  for (let i = 0; i < grain.length; i++) grain[i] = 128 + (rng.next() + rng.next() - 1) * 30 * request.strength
  const noise = await sharp(grain, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer()
  const faded = await start(request).modulate({ saturation: 0.78 }).linear([0.86, 0.84, 0.8], [26, 24, 30]).toBuffer()
  return sharp(faded).composite([{ input: noise, blend: 'soft-light' }])
}

/** What the model can do, by the name it has in `parameters.operation`. */
export const edits: Readonly<Record<string, Edit>> = {
  evening,
  winter,
  autumn,
  night,
  sketch,
  'blur-background': blurBackground,
  repaint,
  monochrome,
  brighter,
  film,
}
