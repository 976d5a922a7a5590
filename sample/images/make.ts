/**
 * Makes the image part of the sample project: draws scenes, really edits them, and records each edit as a session.
 *
 *   node sample/images/make.ts             writes sessions.ndjson, edits.ndjson and media/ beside this file
 *   node sample/images/make.ts --measure   takes new times; without it, times of sessions that are there already stay
 *
 * Pictures, ids and dates depend on seeds only. How long an edit took was measured when it was first made.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import sharp, { type Sharp } from 'sharp'
import type { ConsentStatement } from '#core/consent.ts'
import { uuidv7 } from '#core/ids.ts'
import { canonicalJson, type Json, parseJson } from '#core/json.ts'
import { seededRng } from '#core/rng.ts'
import type { Edit } from '#core/edit.ts'
import type { MediaRef } from '#core/session.ts'
import type { ImagesSession, PictureFacts } from '#domains/images/session.ts'
import { inspectImage, type StillImage } from '#media/still.ts'
import { edits as operations } from './edits.ts'
import { opinions, type Plan, plans } from './plan.ts'
import { height, type Scene, width } from './scenes.ts'

const here = import.meta.dirname
const mediaFolder = join(here, 'media')
const sessionsFile = join(here, 'sessions.ndjson')

interface Stored {
  readonly ref: MediaRef
  readonly facts: PictureFacts
  readonly bytes: Uint8Array
}

type Encoding = 'jpeg' | 'png' | 'webp'
const extensions: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' }

function encode(image: Sharp, encoding: Encoding): Promise<Uint8Array> {
  if (encoding === 'jpeg') return image.jpeg({ quality: 80, mozjpeg: true }).toBuffer()
  if (encoding === 'webp') return image.webp({ quality: 80, effort: 6 }).toBuffer()
  return image.png({ palette: true, compressionLevel: 9 }).toBuffer()
}

async function store(bytes: Uint8Array, role: string): Promise<Stored> {
  const image = await inspectImage(bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  writeFileSync(join(mediaFolder, `${sha256}.${extensions[image.mediaType]}`), bytes)
  const { mediaType, width: wide, height: tall } = image
  return {
    ref: { role, sha256, mediaType, bytes: bytes.length, width: wide, height: tall },
    facts: factsOf(image),
    bytes,
  }
}

function factsOf(image: StillImage): PictureFacts {
  const { hasAlpha, bitsPerChannel, colourSpace, frames, hasLocation, perceptualHash } = image
  return { orientation: image.orientation, hasAlpha, bitsPerChannel, colourSpace, frames, hasLocation, perceptualHash }
}

const draw = (svg: string) => sharp(Buffer.from(svg)).removeAlpha()

function maskOf(scene: Scene, area: string): Promise<Uint8Array> {
  const shape = scene.areas[area]
  if (shape === undefined) throw new Error(`the scene has no area ${area}`)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%"/><g fill="#fff">${shape}</g></svg>`
  return draw(svg).toColourspace('b-w').png({ compressionLevel: 9 }).toBuffer()
}

interface Made {
  readonly session: ImagesSession
  readonly output: Stored | null
  readonly originalSha256: string
}

type Outcome = { readonly image: Uint8Array } | { readonly error: string }

/** Runs the edit that the plan names. One that the "model" does not know fails, as it does in life. */
async function run(plan: Plan, input: Uint8Array, mask: Uint8Array | null): Promise<Outcome> {
  const operation = operations[plan.operation]
  if (!operation) return { error: `no operation "${plan.operation}"; known are ${Object.keys(operations).join(', ')}` }
  const { seed, strength, parameters = {} } = plan
  return { image: await encode(await operation({ input, mask, seed, strength, parameters }), plan.encoding ?? 'jpeg') }
}

async function make(plan: Plan, before: Made | null, measured: ReadonlyMap<string, number>): Promise<Made> {
  const id = uuidv7(Date.parse(plan.at), seededRng(plan.name))
  const input = before?.output
    ? { ...before.output, ref: { ...before.output.ref, role: 'input' } }
    : await store(await encode(await prepareInput(plan), plan.inputEncoding ?? 'jpeg'), 'input')
  const mask = plan.area === undefined ? null : await store(await maskOf(plan.scene, plan.area), 'mask')
  const startedMs = performance.now()
  const outcome = await run(plan, input.bytes, mask?.bytes ?? null)
  const latencyMs = measured.get(id) ?? Math.round((performance.now() - startedMs) * 10) / 10
  const output = 'image' in outcome ? await store(outcome.image, 'output') : null
  const originalSha256 = before?.originalSha256 ?? input.ref.sha256
  const session: ImagesSession = {
    id,
    project: 'default',
    domain: 'images',
    schemaVersion: 1,
    recordedAt: plan.at,
    host: { name: 'sample-image-editor', version: '1.0.0' },
    contributor: plan.person ?? null,
    consent: plan.person ? agreement : null,
    parent: before?.session.id ?? null,
    context: contextOf(plan, input.facts, before),
    settings: {
      values: settingsOf(plan, output),
      reason: 'written in the plan of the sample project',
      propensity: null,
      policy: null,
    },
    outcome: {
      status: output ? 'succeeded' : 'failed',
      error: 'error' in outcome ? { code: 'edit.unsupported', message: outcome.error } : null,
      durationMs: latencyMs,
      latencyMs,
      cost: { amount: 0, currency: 'EUR' },
      rating: plan.rating ?? null,
      kept: plan.kept ?? null,
      regenerated: plan.regenerated ?? null,
      outputImage: output?.facts ?? null,
    },
    telemetry: { modelMs: latencyMs, retries: 0 },
    media: [input.ref, ...(output ? [output.ref] : []), ...(mask ? [mask.ref] : [])],
  }
  return { session, output, originalSha256 }
}

const agreement: ConsentStatement = {
  basis: 'explicit',
  scopes: ['collect', 'train'],
  textSha256: null,
  givenAt: '2025-09-01T08:00:00.000Z',
}

function contextOf(plan: Plan, inputImage: PictureFacts, before: Made | null): ImagesSession['context'] {
  return {
    instruction: plan.instruction,
    language: plan.language ?? 'en',
    editType: plan.editType,
    app: { name: 'Sample image editor', version: '1.0.0' },
    inputOrigin: before ? 'previous-output' : 'generated',
    inputImage,
    clientSupplied: false,
    turnIndex: (before?.session.context.turnIndex ?? 0) + 1,
    ...(before && { originalSha256: before.originalSha256 }),
  }
}

function settingsOf(plan: Plan, output: Stored | null): ImagesSession['settings']['values'] {
  return {
    provider: 'local',
    model: 'sharp-edits',
    modelVersion: sharp.versions.sharp,
    seed: plan.seed,
    strength: plan.strength,
    outputMediaType: output?.ref.mediaType ?? null,
    parameters: { operation: plan.operation, ...plan.parameters },
  }
}

/** The drawing itself, or for a near duplicate the drawing made smaller and compressed once before. */
async function prepareInput(plan: Plan): Promise<Sharp> {
  if (plan.copyWidth === undefined) return draw(plan.scene.svg)
  const copy = await draw(plan.scene.svg).resize({ width: plan.copyWidth }).jpeg({ quality: 60 }).toBuffer()
  return sharp(copy).resize(width, height)
}

function readMeasured(): ReadonlyMap<string, number> {
  if (!existsSync(sessionsFile)) return new Map()
  const lines = readFileSync(sessionsFile, 'utf8').trim().split('\n')
  const sessions = lines.map((line) => parseJson(line) as unknown as ImagesSession)
  return new Map(sessions.map(({ id, outcome }) => [id, outcome.latencyMs ?? 0]))
}

const { values } = parseArgs({ options: { measure: { type: 'boolean', default: false } } })
const measured = values.measure ? new Map<string, number>() : readMeasured()
rmSync(mediaFolder, { recursive: true, force: true })
mkdirSync(mediaFolder)
const made = new Map<string, Made>()
for (const plan of plans) {
  made.set(plan.name, await make(plan, plan.after === undefined ? null : (made.get(plan.after) ?? null), measured))
}
const ndjson = (values: Iterable<unknown>) => [...values].map((value) => `${canonicalJson(value)}\n`).join('')
writeFileSync(sessionsFile, ndjson([...made.values()].map(({ session }) => session)))
const said = opinions.map(({ on, at, principal, kind, after, reason }): Edit => {
  const session = made.get(on)?.session
  if (!session) throw new Error(`an opinion on ${on}, which is no session`)
  const id = uuidv7(Date.parse(at), seededRng(`${on} ${kind} ${at}`))
  return {
    id,
    session: session.id,
    project: 'default',
    at,
    principal,
    kind,
    before: null,
    after: after as Json,
    reason,
  }
})
writeFileSync(join(here, 'edits.ndjson'), ndjson(said))
console.log(`${made.size} sessions and ${said.length} edits in ${here}`)
