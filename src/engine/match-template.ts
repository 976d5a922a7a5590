/** Where a template lies in a screenshot: to try out templates and thresholds before a run depends on them. */
import { readFile, writeFile } from 'node:fs/promises'
import { fault } from '#core/faults.ts'
import { systemFault } from '#io/system-faults.ts'
import { markedPicture } from '#media/marked-picture.ts'
import { colorPixels, type Pixels } from '#media/still.ts'
import { createTemplateSearch, type Box, type TemplateMatch } from '#vision/templates/template-search.ts'

export interface MatchRequest {
  /** Files; where the template is transparent, anything may be behind it. */
  readonly template: string
  readonly screenshot: string
  readonly threshold: number
  /** Sizes to look for, relative to the template's own: from, to. */
  readonly scales: readonly [number, number]
  readonly color: boolean
  readonly region: Box | null
  /** Where a picture with what was found is written; null = nowhere. */
  readonly out: string | null
}

export interface Matched {
  readonly matches: readonly TemplateMatch[]
  /** The best place, found or not; null when there is none that could be scored. */
  readonly best: TemplateMatch | null
  readonly durationMs: number
}

/** @throws template.useless for one of a single colour or larger than where it is sought; file.*, image.* */
export async function matchTemplate(request: MatchRequest): Promise<Matched> {
  const { threshold, color, region } = request
  const [template, screenshot] = await Promise.all([request.template, request.screenshot].map(read))
  const pictures = [await pixels(template!, request.template), await pixels(screenshot!, request.screenshot)] as const
  const search = await createTemplateSearch()
  const startMs = performance.now()
  const screen = search.screen(pictureOf(pictures[1]))
  const scales = scalesBetween(request.scales, Math.max(pictures[0].width, pictures[0].height))
  const options = { threshold, color, region, scales, mask: maskOf(pictures[0]) }
  const { matches, best, impossible } = search.find(screen, pictureOf(pictures[0]), options)
  screen.release()
  const durationMs = performance.now() - startMs
  if (impossible !== null) throw useless(impossible, request, pictures[0])
  if (request.out !== null) await draw(request.out, screenshot!, matches, best)
  return { matches, best, durationMs }
}

const read = (path: string) => readFile(path).catch((error: unknown) => Promise.reject(systemFault(error, path)))
const pixels = (bytes: Uint8Array, where: string) => colorPixels(bytes, { where })
const pictureOf = ({ width, height, data }: Pixels) => ({
  widthPx: width,
  heightPx: height,
  channels: 4 as const,
  data,
})

/** null for a template without transparency. */
function maskOf({ width, height, data }: Pixels): Uint8Array | null {
  const mask = Uint8Array.from({ length: width * height }, (_, i) => (data[4 * i + 3]! < 128 ? 0 : 1))
  return mask.includes(0) ? mask : null
}

/** Sizes so near to each other that the template's far edge moves by no more than two pixels in between. */
function scalesBetween([from, to]: readonly [number, number], sidePx: number): readonly number[] {
  const steps = Math.ceil(Math.log(to / from) / Math.log(1 + 2 / sidePx))
  return Array.from({ length: steps + 1 }, (_, i) => (steps === 0 ? from : from * (to / from) ** (i / steps)))
}

function useless(why: 'flat-template' | 'too-large', { template }: MatchRequest, { width, height }: Pixels) {
  return why === 'flat-template'
    ? fault('template.useless', {
        expected: 'a template with something on it',
        found: 'one colour all over',
        where: template,
      })
    : fault('template.useless', {
        expected: 'a template that fits into where it is sought',
        found: `${width} x ${height} pixels`,
        where: template,
      })
}

async function draw(
  out: string,
  screenshot: Uint8Array,
  matches: readonly TemplateMatch[],
  best: TemplateMatch | null,
) {
  const shown = matches.length > 0 ? matches : best === null ? [] : [best]
  const marks = shown.map((match) => ({ ...match, text: match.score.toFixed(3), strong: matches.length > 0 }))
  const picture = await markedPicture(screenshot, marks)
  await writeFile(out, picture).catch((error: unknown) => Promise.reject(systemFault(error, out)))
}
