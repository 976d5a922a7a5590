/** Exports on disk with real pictures, for the tests that open them with the loaders of others. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import type { SplitName } from '#core/dataset.ts'
import type { ExportItem, Format } from '#core/format.ts'
import type { JsonObject } from '#core/json.ts'
import { checkOptions } from '#core/options.ts'
import type { Sample, SampleType } from '#core/sample.ts'
import type { MediaRef } from '#core/session.ts'
import { gatherHead } from '#curate/head.ts'
import { folderSink } from '#io/folder-sink.ts'
import { needs } from '#test/needs.ts'
import { testContext } from '../test-files.ts'
import { annotationOf, type Blobs, makeBlobs, provenance } from '../test-samples.ts'

export const python = needs('python')

/** Where the exports of one test file go; remove it after. */
export async function exportFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'hindsight-interop-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export async function exportTo(
  folder: string,
  format: Format,
  items: readonly ExportItem[],
  blobs: Blobs,
  options: JsonObject = {},
) {
  const head = await gatherHead(items, { title: 'interop@1.0.0', at: '2026-01-02T03:04:05.678Z' })
  const sink = await folderSink(folder)
  const given = checkOptions(format.options, options)
  const stream = async function* () {
    for (const item of items) yield await Promise.resolve(item)
  }
  const report = await format.write(stream(), head, blobs.reader, sink, given, testContext())
  await sink.close()
  return { head, report }
}

/** Runs a script of this folder with the request as its input. */
export async function runPython<T>(script: string, request: unknown): Promise<T> {
  return JSON.parse(await pythonOutput(script, request)) as T
}

/** What a script of this folder prints. */
export async function pythonOutput(script: string, request: unknown, program = python.path): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const env = { ...process.env, HF_HUB_OFFLINE: '1', HF_DATASETS_OFFLINE: '1', HF_HUB_DISABLE_TELEMETRY: '1' }
  const child = promisify(execFile)(program, [path], { env, maxBuffer: 64 * 1024 * 1024 })
  child.child.stdin?.end(JSON.stringify(request))
  return (await child).stdout
}

/** A picture of one colour, which tells pictures apart after decoding. */
async function picture(
  blobs: Blobs,
  i: number,
  role: string,
  mediaType: 'image/png' | 'image/jpeg' | 'image/webp',
): Promise<MediaRef> {
  const [width, height] = [64 + 8 * i, 48 + 4 * i]
  const image = sharp({ create: { width, height, channels: 3, background: colourOf(i) } })
  const bytes = await image
    .toFormat(mediaType === 'image/png' ? 'png' : mediaType === 'image/jpeg' ? 'jpeg' : 'webp')
    .toBuffer()
  return blobs.add(bytes, { role, mediaType, width, height })
}

export const colourOf = (i: number) => ({ r: (i * 40) % 256, g: 255 - ((i * 20) % 256), b: 128 })

const splitOf = (i: number): SplitName => (i < 5 ? 'train' : i < 8 ? 'val' : 'test')

const types = ['image/png', 'image/jpeg', 'image/webp'] as const

/** Nine samples in three splits; the pictures of the last split have no labels, and some attributes are empty in one. */
export async function interopItems(type: SampleType): Promise<{ readonly items: ExportItem[]; readonly blobs: Blobs }> {
  const blobs = makeBlobs()
  const items: ExportItem[] = []
  for (let i = 0; i < 9; i++) {
    const split = splitOf(i)
    const base = {
      id: `sample-${i}`,
      domain: 'gui' as const,
      project: 'default',
      sessions: [provenance.session],
      contributors: [],
      group: `group-${i % 4}`,
      recordedAt: `2026-01-0${i + 1}T10:00:00.250Z`,
      attributes: {
        count: i,
        huge: 9_007_199_254_740_993n + BigInt(i),
        ratio: split === 'train' ? i : i + 0.5,
        ok: i % 2 === 0,
        app: `App ${i}`,
        only_in_train: split === 'train' ? 'text' : null,
        mixed: i % 2 === 0 ? 'text' : { deep: [i] },
      },
    }
    items.push({ split, sample: await sampleOf(type, i, base, blobs) })
  }
  return { items, blobs }
}

async function sampleOf(type: SampleType, i: number, base: Omit<Sample, 'type'>, blobs: Blobs): Promise<Sample> {
  switch (type) {
    case 'image': {
      const image = await picture(blobs, i, 'screenshot', types[i % 3] ?? 'image/png')
      return { ...base, type, image, annotations: splitOf(i) === 'test' ? [] : annotationsOf(i) }
    }
    case 'pair': {
      const [input, output] = [
        await picture(blobs, i, 'input', 'image/jpeg'),
        await picture(blobs, i + 1, 'output', 'image/png'),
      ]
      const mask = i % 2 === 0 && i < 8 ? await picture(blobs, i, 'mask', 'image/png') : null
      return { ...base, type, domain: 'images', input, output, mask, instruction: `make it “${i}”` }
    }
    case 'row':
      return { ...base, type }
    case 'trajectory': {
      const steps = Array.from({ length: i % 4 }, (_, step) => ({
        frame: step,
        x: step / 3,
        text: step === 1 ? 'odd' : null,
      }))
      return { ...base, type, steps }
    }
  }
}

/** Several classes, neighbours, an outline, and one picture without any in the training split. */
function annotationsOf(i: number) {
  if (i === 1) return []
  const boxes = Array.from({ length: 1 + (i % 3) }, (_, k) =>
    annotationOf(`${i}-${k}`, ['button', 'icon', 'no', 'Größe'][(i + k) % 4] ?? '', {
      type: 'box',
      bbox: [2 + 13 * k, 3 + 5.25 * k, 10.5, 8.125 + k],
    }),
  )
  const outline = annotationOf(
    `${i}-o`,
    'icon',
    {
      type: 'polygon',
      points: [
        [30, 20],
        [60, 20],
        [60, 40],
        [30, 40],
      ],
    },
    { confidence: null },
  )
  return i % 2 === 0 ? [...boxes, outline] : boxes
}
