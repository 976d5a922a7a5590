/** Runs to record: one of images that is made here, and one of each other domain from the sample project under an id of its own. */
import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '#core/json.ts'
import { newId } from '#engine/engine.ts'
import { makePicture, type Picture } from './pictures.ts'

const sample = fileURLToPath(new URL('../../../sample', import.meta.url))

export interface MadeRun {
  readonly id: string
  readonly session: JsonObject
  readonly pictures: readonly Picture[]
}

/** A finished edit of an image, with both of its pictures. */
export function makeRun(project: string, door: string): MadeRun {
  const pictures = [makePicture(), makePicture()]
  const roles = ['input', 'output']
  const id = newId()
  const session: JsonObject = {
    id,
    project,
    domain: 'images',
    recordedAt: new Date().toISOString(),
    host: { name: 'hindsight-self-test', version: null },
    context: { instruction: `recorded by the self-test through ${door}` },
    settings: { values: {} },
    outcome: { status: 'succeeded' },
    media: pictures.map(({ sha256, bytes, width, height }, i) => ({
      role: roles[i] ?? '',
      sha256,
      mediaType: 'image/png',
      bytes: bytes.length,
      width,
      height,
    })),
  }
  return { id, session, pictures }
}

/**
 * A folder as `export --format hindsight` writes it, with the first session of a domain of the sample project.
 *
 * @returns the id under which it is recorded
 */
export async function writeSampleRun(
  domain: 'camera' | 'gui',
  project: string,
  folder: string,
  { withMedia }: { readonly withMedia: boolean },
): Promise<string> {
  const lines = (await readFile(join(sample, domain, 'sessions.ndjson'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
  // The shortest has all that an export needs.
  const line = lines.reduce((a, b) => (b.length < a.length ? b : a))
  const session = JSON.parse(line) as JsonObject
  const id = randomUUID()
  const media = session['media'] as unknown as readonly { readonly sha256: string }[]
  await mkdir(join(folder, 'media'), { recursive: true })
  const own = {
    ...session,
    id,
    project,
    parent: null,
    contributor: null,
    consent: null,
    ...(withMedia ? {} : { media: [] }),
  }
  await writeFile(join(folder, 'sessions.ndjson'), `${JSON.stringify(own)}\n`)
  if (!withMedia) return id
  const named = new Set(media.map(({ sha256 }) => sha256))
  const there = await readdir(join(sample, domain, 'media')).catch(() => [])
  for (const name of there.filter((file) => named.has(file.slice(0, 64)))) {
    await copyFile(join(sample, domain, 'media', name), join(folder, 'media', name))
  }
  return id
}
