/** Clips on this machine: opened, known again by their content wherever they lie, and forgotten. */
import { rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { JsonObject } from '#core/json.ts'
import type { KnownClip } from '#core/clip-store.ts'
import { clipFiles, probeClip } from '#media/clip.ts'
import type { ClipInfo } from '#vision/frames.ts'
import { type ClipIdentity, clipIdentity } from './clip-fingerprint.ts'
import { type Engine, newId, utcNow } from './engine.ts'
import { receiveUpload, safeName } from './uploads.ts'

/** A clip as people see it. */
export interface Clip {
  readonly fingerprint: string
  /** Its file name, as it is called on this machine. */
  readonly name: string
  readonly isThere: boolean
  readonly info: ClipInfo
  /** How many sessions were recorded of it. */
  readonly sessions: number
  readonly addedAt: string
}

/** The largest film that is taken in; a larger one is opened where it lies. */
export const maxClipBytes = 64 * 1024 ** 3
const countedSessions = 10_000

export const clipsFolder = (dataDir: string): string => join(dataDir, 'clips')

type Stop = Pick<Context, 'signal'>

/**
 * Opens a clip and remembers where it lies. One that is known already, by its content, is then known to lie here.
 *
 * @throws file.missing, file.permission, media.*
 */
export async function openKnownClip(engine: Engine, path: string, ctx: Stop): Promise<Clip> {
  return shown(engine, await remember(engine, resolve(path), false, ctx))
}

/** @throws request.large, store.full, media.* when it is no clip; nothing of it is kept then */
export async function receiveClip(
  engine: Engine,
  name: string,
  body: AsyncIterable<Uint8Array>,
  ctx: Stop,
): Promise<Clip> {
  const path = join(clipsFolder(engine.dataDir), newId(), safeName(basename(name)))
  await receiveUpload(engine, path, body, maxClipBytes)
  return keepClipFile(engine, path, ctx)
}

/**
 * Remembers a film that lies in a folder of its own among the clips.
 *
 * @throws media.* when it is no clip; the folder is gone then
 */
export async function keepClipFile(engine: Engine, path: string, ctx: Stop): Promise<Clip> {
  const folder = dirname(path)
  try {
    const { fingerprint } = await clipIdentity(path, ctx.signal)
    const known = await engine.store.clips.get(fingerprint)
    if (known && known.path !== path && (await isThere(engine, known, ctx))) {
      await rm(folder, { recursive: true })
      return await shown(engine, known)
    }
    return await shown(engine, await remember(engine, path, true, ctx))
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** A clip that a run is recorded of. */
export interface RecognisedClip {
  readonly identity: ClipIdentity
  /** Lets it be known from now on to lie where it was tracked, so that the run can be looked at there. */
  remember(): Promise<void>
}

/**
 * What a clip is that a run is recorded of; a film that was seen before is not read whole again.
 *
 * @throws file.missing, file.permission, media.*; the reason of the signal
 */
export async function recogniseClip(
  engine: Engine,
  path: string,
  info: ClipInfo,
  { signal }: Stop,
): Promise<RecognisedClip> {
  const place = resolve(path)
  const stamp = await stampOf(place)
  // Of a sequence, a picture in the middle may have been rendered again: that does not show in its stamp.
  const isFilm = (await clipFiles(place)).length === 1
  const known = isFilm ? await seenBefore(engine, place, stamp) : null
  const identity = await clipIdentity(place, signal, known)
  const remember = async () => {
    const before = await engine.store.clips.get(identity.fingerprint)
    const isSent = before?.uploaded === true
    // A copy that was sent here stays while it is there: somebody may be looking at it.
    if (isSent && before.path !== place && (await isThere(engine, before, { signal }))) return
    const isOwn = isSent && before.path === place
    await engine.store.clips.put(entryOf(identity.fingerprint, place, stamp, info, isOwn))
  }
  return { identity, remember }
}

async function remember(engine: Engine, path: string, uploaded: boolean, { signal }: Stop): Promise<KnownClip> {
  const { info } = await probeClip(path, { signal })
  const stamp = await stampOf(path)
  const { fingerprint } = (await seenBefore(engine, path, stamp)) ?? (await clipIdentity(path, signal))
  const before = await engine.store.clips.get(fingerprint)
  const isOwn = uploaded || (before?.uploaded === true && before.path === path)
  const clip = entryOf(fingerprint, path, stamp, info, isOwn)
  await engine.store.clips.put(clip)
  // The file that was sent here is of no use any more when the clip is read from somewhere else.
  if (before?.uploaded === true && before.path !== path)
    await rm(dirname(before.path), { recursive: true, force: true })
  return clip
}

function entryOf(fingerprint: string, path: string, stamp: string, info: ClipInfo, uploaded: boolean): KnownClip {
  const plain = { ...info, frameRate: info.frameRate && { ...info.frameRate } } satisfies JsonObject
  return { fingerprint, path, stamp, info: plain, uploaded, addedAt: utcNow() }
}

/** A clip whose files are there and look as they did: it need not be read whole again, and films are large. */
async function seenBefore({ store }: Engine, path: string, stamp: string): Promise<KnownClip | null> {
  return (await store.clips.list()).find((clip) => clip.path === path && clip.stamp === stamp) ?? null
}

/** @throws clip.unknown */
export async function knownClip(engine: Engine, fingerprint: string): Promise<KnownClip> {
  const clip = await engine.store.clips.get(fingerprint)
  if (clip) return clip
  throw fault('clip.unknown', { expected: 'the fingerprint of a clip that was opened here', found: fingerprint })
}

/** Where a clip lies, checked. @throws clip.unknown, clip.gone */
export async function clipPath(engine: Engine, fingerprint: string, ctx: Stop): Promise<string> {
  const clip = await knownClip(engine, fingerprint)
  if (await isThere(engine, clip, ctx)) return clip.path
  throw fault('clip.gone', { expected: basename(clip.path), found: 'nothing, or something else, where it was' })
}

export async function listClips(engine: Engine, ctx: Stop): Promise<readonly Clip[]> {
  const clips = await engine.store.clips.list()
  return Promise.all(clips.map((clip) => shown(engine, clip, ctx)))
}

/** @throws clip.unknown */
export async function clipByFingerprint(engine: Engine, fingerprint: string, ctx: Stop): Promise<Clip> {
  return shown(engine, await knownClip(engine, fingerprint), ctx)
}

/** Forgets where a clip lies; a file that was sent here is deleted. @returns whether it was known */
export async function forgetClip(engine: Engine, fingerprint: string): Promise<boolean> {
  const clip = await engine.store.clips.get(fingerprint)
  if (!clip) return false
  await engine.store.clips.delete(fingerprint)
  if (clip.uploaded) await rm(dirname(clip.path), { recursive: true, force: true })
  return true
}

/** @param ctx to look whether it is there; absent when that is known */
async function shown(engine: Engine, clip: KnownClip, ctx?: Stop): Promise<Clip> {
  const { fingerprint, path, info, addedAt } = clip
  return {
    fingerprint,
    name: basename(path),
    isThere: ctx === undefined || (await isThere(engine, clip, ctx)),
    info: info as unknown as ClipInfo,
    sessions: await sessionsOf(engine, fingerprint),
    addedAt,
  }
}

export function sessionsOf(engine: Engine, fingerprint: string): Promise<number> {
  const query = { domain: 'camera', facets: [{ key: 'clip', text: fingerprint }] } as const
  return engine.store.catalog.count(query, countedSessions)
}

/** Only files that look other than before are read again: they may have been copied, or be another clip. */
async function isThere(engine: Engine, clip: KnownClip, { signal }: Stop): Promise<boolean> {
  const stamp = await stampOf(clip.path).catch(() => null)
  if (stamp === null || stamp === clip.stamp) return stamp !== null
  const identity = await clipIdentity(clip.path, signal).catch(() => null)
  signal.throwIfAborted()
  if (identity?.fingerprint !== clip.fingerprint) return false
  await engine.store.clips.put({ ...clip, stamp })
  return true
}

/** Sizes and times of the first and last file, and how many there are: cheap for sequences of thousands. */
async function stampOf(path: string): Promise<string> {
  const files = await clipFiles(path)
  const ends = await Promise.all([files[0]!, files.at(-1)!].map((file) => stat(file)))
  return [files.length, ...ends.map(({ size, mtimeMs }) => `${size}@${mtimeMs}`)].join(' ')
}
