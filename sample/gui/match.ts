/**
 * Finds a template on a screenshot by normalised correlation of grey values (mean removed, as OpenCV's TM_CCOEFF_NORMED):
 * first on a quarter of the size, then pixel by pixel around the best places. Enough for a demonstration on one scale.
 */
import sharp from 'sharp'

export interface Grey {
  readonly width: number
  readonly height: number
  readonly pixels: Float32Array
}

export interface Place {
  readonly x: number
  readonly y: number
  readonly confidence: number
}

export async function greyOf(png: Uint8Array): Promise<Grey> {
  const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, pixels: Float32Array.from(data) }
}

const shrink = 4
const candidates = 12

export function findTemplate(screen: Grey, template: Grey): Place {
  const small = { screen: quarter(screen), template: quarter(template) }
  const places = correlateAll(small.screen, small.template)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, candidates)
  let best: Place = { x: 0, y: 0, confidence: 0 }
  for (const place of places) {
    for (let dy = -shrink; dy <= shrink; dy++) {
      for (let dx = -shrink; dx <= shrink; dx++) {
        const [x, y] = [place.x * shrink + dx, place.y * shrink + dy]
        if (x < 0 || y < 0 || x + template.width > screen.width || y + template.height > screen.height) continue
        const confidence = correlate(screen, template, x, y)
        if (confidence > best.confidence) best = { x, y, confidence }
      }
    }
  }
  return best
}

function correlateAll(screen: Grey, template: Grey): Place[] {
  const places: Place[] = []
  for (let y = 0; y + template.height <= screen.height; y++) {
    for (let x = 0; x + template.width <= screen.width; x++) {
      places.push({ x, y, confidence: correlate(screen, template, x, y) })
    }
  }
  return places
}

/** From -1 to 1; 0 where one of the two is all of one grey. */
function correlate(screen: Grey, template: Grey, x: number, y: number): number {
  let [sumS, sumT, sumSS, sumTT, sumST] = [0, 0, 0, 0, 0]
  for (let row = 0; row < template.height; row++) {
    const [fromS, fromT] = [(y + row) * screen.width + x, row * template.width]
    for (let column = 0; column < template.width; column++) {
      const [s, t] = [screen.pixels[fromS + column] ?? 0, template.pixels[fromT + column] ?? 0]
      sumS += s
      sumT += t
      sumSS += s * s
      sumTT += t * t
      sumST += s * t
    }
  }
  const count = template.width * template.height
  const spread = Math.sqrt((sumSS - (sumS * sumS) / count) * (sumTT - (sumT * sumT) / count))
  return spread < 1e-6 ? 0 : (sumST - (sumS * sumT) / count) / spread
}

function quarter(image: Grey): Grey {
  const [width, height] = [Math.floor(image.width / shrink), Math.floor(image.height / shrink)]
  const pixels = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let j = 0; j < shrink; j++) {
        for (let i = 0; i < shrink; i++) sum += image.pixels[(y * shrink + j) * image.width + x * shrink + i] ?? 0
      }
      pixels[y * width + x] = sum / shrink ** 2
    }
  }
  return { width, height, pixels }
}
