/** Chooses who reads a source: a layout of a source system, our own archive, or a dataset format. */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { Format } from '#core/format.ts'
import type { Source } from '#core/io.ts'
import type { Imported, Intake, Layout } from '#core/layout.ts'
import type { Match } from '#core/report.ts'
import { layouts } from '#domains/domains.ts'
import { fromImageSample } from '#domains/gui/from-image-sample.ts'
import { formats } from '#formats/formats.ts'
import { sessionArchive } from './session-archive.ts'

export const allLayouts: readonly Layout[] = [sessionArchive, ...layouts]

export interface Reader {
  readonly name: string
  readonly variant: string
  read(source: Source, intake: Intake, ctx: Context): AsyncIterable<Imported>
}

type Candidate = Pick<Reader, 'name' | 'read'> & { detect(source: Source): Promise<Match> }

const candidates: readonly Candidate[] = [...allLayouts, ...formats.flatMap(readableFormat)]

/** @throws layout.unknown with the requirements that failed, layout by layout */
export async function chooseReader(source: Source, wanted: string | null): Promise<Reader> {
  const refusals: string[] = []
  const asked = wanted === null ? candidates : candidates.filter((candidate) => candidate.name === wanted)
  if (asked.length === 0) {
    const expected = `one of ${candidates.map((candidate) => candidate.name).join(', ')}`
    throw fault('layout.unknown', { expected, found: `"${wanted}"` })
  }
  for (const candidate of asked) {
    const match = await candidate.detect(source)
    if (match.fits) return { name: candidate.name, variant: match.variant, read: candidate.read }
    refusals.push(`not ${candidate.name}: ${match.because.join(', ')}`)
  }
  const found = `none that fits:\n  ${refusals.join('\n  ')}\n`
  throw fault('layout.unknown', { expected: 'files in a known layout', found, where: source.name })
}

/** A foreign dataset comes in as sessions too: one for each picture, of the kind that was imported. */
function readableFormat(format: Format): readonly Candidate[] {
  const { read, detect } = format
  if (!read || !detect || !format.sampleTypes.includes('image')) return []
  return [
    {
      name: format.name,
      detect: (source) => detect(source),
      async *read(source, intake, ctx) {
        for await (const { sample } of read(source, intake, ctx)) {
          const where = `${source.name}, sample ${sample.id}`
          if (sample.type === 'image')
            yield { type: 'session', session: fromImageSample(sample, intake.project, ctx.sha256), where }
          else
            ctx.warn({
              code: 'import.skipped',
              message: `a sample of type ${sample.type} is no picture with labels`,
              where,
            })
        }
      },
    },
  ]
}
