/**
 * Export and import of labelled pictures, as COCO or as another format: made-up pictures of about 200 bytes with boxes, the same for the same seed, so that the format
 * is measured and not the decoding of pictures. Each direction runs in a process of its own, for its memory.
 *
 * Run: node bench/coco.ts [--images 100000] [--boxes 10] [--to folder|zip] [--format coco]
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Annotation } from '#core/annotation.ts'
import type { Context } from '#core/context.ts'
import type { ExportItem } from '#core/format.ts'
import type { MediaReader, Source } from '#core/io.ts'
import type { Intake } from '#core/layout.ts'
import { checkOptions } from '#core/options.ts'
import { seededRng } from '#core/rng.ts'
import { formatByName } from '#formats/formats.ts'
import { folderSink } from '#io/folder-sink.ts'
import { openSource } from '#io/open-source.ts'
import { zipSink } from '#io/zip-sink.ts'
import { machine } from './machine.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '100000' },
    boxes: { type: 'string', default: '10' },
    to: { type: 'string', default: 'folder' },
    format: { type: 'string', default: 'coco' },
  },
})
const images = Number(values.images)
const boxes = Number(values.boxes)
const format = formatByName(values.format)
const labels = Array.from({ length: 40 }, (_, i) => `element-${i}`).sort()
const recordedAt = '2026-01-01T00:00:00.000Z'

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

const ctx: Context = {
  signal: new AbortController().signal,
  rng: seededRng(1),
  sha256,
  now: () => 0,
  progress: () => {},
  warn: ({ message, where }) => console.error(`warning: ${message} ${where ?? ''}`),
}

const [direction, path] = positionals
if (direction === 'write' && path) await timed('export', () => write(path))
else if (direction === 'read' && path) await timed('import', () => read(path))
else await both()

async function both(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hindsight-bench-'))
  try {
    console.log(`${machine()}\n${images} images, ${images * boxes} boxes, ${values.format}, ${values.to}`)
    for (const way of ['write', 'read']) {
      // Unbounded, V8 keeps up to 96 MB for what lives a moment, whatever the work needs.
      const args = ['--max-semi-space-size=8', fileURLToPath(import.meta.url), way, join(folder, 'out')]
      execFileSync(process.execPath, [...args, ...process.argv.slice(2)], { stdio: 'inherit' })
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function timed(what: string, work: () => Promise<string>): Promise<void> {
  const start = performance.now()
  const found = await work()
  const seconds = (performance.now() - start) / 1000
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(`${what}: ${found} in ${seconds.toFixed(1)} s, at most ${peakMb} MB of memory`)
}

async function write(target: string): Promise<string> {
  const sink = await (values.to === 'zip' ? zipSink(target) : folderSink(target))
  const head = { title: 'bench@1.0.0', labels, splits: ['train', 'val'] as const, at: recordedAt, attributes: [] }
  const made = new Map<string, Uint8Array>()
  const media: MediaReader = {
    async *open(hash) {
      const bytes = made.get(hash)
      if (!bytes) throw new Error(`no picture ${hash}`)
      made.delete(hash)
      yield await Promise.resolve(bytes)
    },
  }
  const report = await format.write(madeItems(made), head, media, sink, checkOptions(format.options, {}), ctx)
  await sink.close()
  if (report.losses.length > 0) throw new Error(JSON.stringify(report.losses))
  return `${report.items} images in ${report.files} files`
}

async function* madeItems(made: Map<string, Uint8Array>): AsyncGenerator<ExportItem> {
  const rng = seededRng(7)
  for (let i = 0; i < images; i++) {
    const bytes = Buffer.from(`picture ${i} `.padEnd(200, 'x'))
    const hash = sha256(bytes)
    made.set(hash, bytes)
    const id = hash.slice(0, 32)
    const image = { role: 'screenshot', sha256: hash, mediaType: 'image/png', bytes: 200, width: 1920, height: 1080 }
    const annotations = Array.from({ length: boxes }, (_, k): Annotation => madeAnnotation(rng, `${id}-${k}`, i))
    const session = `01890000-0000-7000-8000-${String(i % 5000).padStart(12, '0')}`
    const envelope = {
      id,
      domain: 'gui',
      project: 'bench',
      sessions: [session],
      contributors: [],
      group: session,
    } as const
    const sample = { type: 'image', ...envelope, recordedAt, attributes: {}, image, annotations } as const
    yield await Promise.resolve({ sample, split: i < images * 0.8 ? 'train' : 'val' })
  }
}

function madeAnnotation(rng: Context['rng'], id: string, i: number): Annotation {
  const round = (value: number, digits: number) => Number(value.toFixed(digits))
  const bbox = [round(rng.next() * 1800, 2), round(rng.next() * 1000, 2), 20 + rng.int(100), 10 + rng.int(60)] as const
  return {
    id,
    label: labels[rng.int(labels.length)] ?? '',
    shape: { type: 'box', bbox },
    confidence: round(rng.next(), 4),
    source: 'template_matching',
    verified: false,
    provenance: {
      session: `01890000-0000-7000-8000-${String(i % 5000).padStart(12, '0')}`,
      action: `action-${i % 40}`,
      at: recordedAt,
      method: 'ccoeff',
      threshold: 0.8,
      activeStates: ['Login'],
      observations: 1,
    },
  }
}

async function read(target: string): Promise<string> {
  const source = await openSource(target)
  if (!format.read || !format.detect) throw new Error(`${format.name} is not read`)
  const match = await format.detect(source)
  if (!match.fits) throw new Error(match.because.join())
  let [found, foundBoxes] = [0, 0]
  for await (const { sample } of format.read(source, intakeOf(source), ctx)) {
    found++
    if (sample.type === 'image') foundBoxes += sample.annotations.length
  }
  await source.close()
  if (found !== images || foundBoxes !== images * boxes) throw new Error(`found ${found} images, ${foundBoxes} boxes`)
  return `${found} images, ${foundBoxes} boxes`
}

/** Reads and hashes each picture, as taking it in does. */
function intakeOf(source: Source): Intake {
  return {
    project: 'bench',
    pseudonym: (name) => sha256(name),
    async media(file, role) {
      const hash = createHash('sha256')
      let bytes = 0
      for await (const chunk of typeof file === 'string' ? source.read(file) : [file]) {
        hash.update(chunk)
        bytes += chunk.byteLength
      }
      return { role, sha256: hash.digest('hex'), mediaType: 'image/png', bytes, width: 1920, height: 1080 }
    },
  }
}
