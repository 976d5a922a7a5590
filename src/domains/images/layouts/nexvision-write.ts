/**
 * Writes sessions as the image app lays them out. Names are the app's, but the extension tells what the bytes are
 * (`original-STAMP.png`): the app calls everything .jpg. Its readers take the name from the metadata, so they follow.
 */
import type { Context } from '#core/context.ts'
import type { MediaReader, Sink } from '#core/io.ts'
import type { LayoutExtras, SessionWithEdits } from '#core/layout.ts'
import type { MediaRef } from '#core/session.ts'
import type { Loss, WriteReport } from '#core/report.ts'
import { stillMediaTypes } from '#media/sniff.ts'
import { withoutPrivateMetadata } from '#media/private-metadata.ts'
import { judge, type Verdict, whyNoPair } from '../samples.ts'
import { asImages, type ImagesSession, picture } from '../session.ts'
import { otherKeys } from './nexvision-metadata.ts'
import { logName, stampGiver, stampOfTime } from './nexvision-names.ts'

const root = 'training-data/'

export interface NexvisionOptions {
  /** `complete`: the whole metadata per line, as the app writes it. `short`: time, instruction and name, as it documents it. */
  readonly log: 'complete' | 'short'
  /** Whether pictures keep what their files say of place, person and device. */
  readonly keepMetadata: boolean
}

/** Memory: two pictures, and the log, which is written last: some 300 bytes for each session. */
export async function writeNexvision(
  items: AsyncIterable<SessionWithEdits>,
  media: MediaReader,
  sink: Sink,
  options: NexvisionOptions,
  extras: LayoutExtras,
  ctx: Context,
): Promise<WriteReport> {
  const losses = lossCounter()
  const stampFor = stampGiver()
  const lines: string[] = []
  const readPicture = async (ref: MediaRef): Promise<Picture> => {
    const stored = await readAll(media, ref)
    if (options.keepMetadata || !stillMediaTypes.some((type) => type === ref.mediaType)) return { ref, bytes: stored }
    const bytes = withoutPrivateMetadata(stored)
    if (bytes.length !== stored.length) losses.add(`${ref.role} metadata`, 'dropped', whyNoMetadata)
    return { ref, bytes }
  }
  for await (const { session: recorded, edits } of items) {
    ctx.signal.throwIfAborted()
    const session = asImages(recorded)
    const verdict = judge(session, edits)
    const why = whyNoPair(session, verdict)
    const [input, output] = [picture(session, 'input'), picture(session, 'output')]
    if (why !== null || !input || !output) {
      losses.add('session', 'dropped', `only pairs that may be trained on are written: ${why?.split(':')[0]}`)
      continue
    }
    const stamp = stampFor(sourceStamp(session) ?? stampOfTime(session.recordedAt))
    const person = session.contributor
    const known = person !== null && extras.mayShare(recorded)
    if (person !== null && !known) losses.add('contributor', 'dropped', 'the person did not agree to be recognisable')
    const pictures = { input: await readPicture(input), output: await readPicture(output) }
    const metadata = toMetadata(session, verdict, stamp, pictures, known ? extras.pseudonym(person) : 'anonymous')
    const folder = `${root}session-${stamp}`
    await sink.write(`${folder}/${metadata.originalFilename}`, pictures.input.bytes)
    await sink.write(`${folder}/${metadata.reimaginedFilename}`, pictures.output.bytes)
    await sink.write(`${folder}/metadata-${stamp}.json`, JSON.stringify(metadata, null, 2))
    lines.push(`${JSON.stringify(options.log === 'short' ? shortForm(metadata) : metadata)}\n`)
    countLosses(session, { session: recorded, edits }, losses)
    ctx.progress({ done: lines.length, total: null, unit: 'sessions', note: null })
  }
  await sink.write(`${root}${logName}`, lines.join(''))
  return { files: lines.length * 3 + 1, items: lines.length, losses: losses.all() }
}

const whyNoMetadata = 'what a file says of place, person and device is not given out'

interface Picture {
  readonly ref: MediaRef
  /** As written. */
  readonly bytes: Uint8Array
}

async function readAll(media: MediaReader, { sha256 }: MediaRef): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of media.open(sha256)) {
    parts.push(part)
    length += part.length
  }
  const bytes = new Uint8Array(length)
  for (let at = 0; parts.length > 0; ) {
    const part = parts.shift() ?? new Uint8Array()
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Sessions of this layout get their own name back. */
function sourceStamp(session: ImagesSession): string | null {
  const { origin } = session.context
  const name = origin?.layout === 'nexvision' ? origin.session : null
  // Nothing but these characters, since it becomes the name of a folder.
  return /^session-([\w-]{1,100})$/.exec(name ?? '')?.[1] ?? null
}

function toMetadata(
  session: ImagesSession,
  verdict: Verdict,
  stamp: string,
  { input, output }: Readonly<Record<'input' | 'output', Picture>>,
  userEmail: string,
) {
  return {
    timestamp: session.recordedAt,
    instruction: verdict.instruction,
    userEmail,
    originalFilename: `original-${stamp}.${extension(input.ref)}`,
    reimaginedFilename: `reimagined-${stamp}.${extension(output.ref)}`,
    originalSize: input.bytes.length,
    reimaginedSize: output.bytes.length,
    sessionId: `session-${stamp}`,
    ...otherKeys(session.context.origin?.extra ?? {}).kept,
  }
}

const shortForm = ({ timestamp, instruction, sessionId }: ReturnType<typeof toMetadata>) => ({
  timestamp,
  instruction,
  sessionId,
})

const extension = ({ mediaType }: MediaRef) =>
  mediaType === 'image/jpeg' ? 'jpg' : (/^image\/([a-z0-9]+)$/.exec(mediaType)?.[1] ?? 'bin')

/** Parts of a session that the layout has a place for, or that reading gives back by itself. */
const held = new Set(['context.instruction', 'context.origin', 'outcome.status'])

function countLosses(session: ImagesSession, { edits }: SessionWithEdits, losses: LossCounter): void {
  const parts = { context: session.context, 'settings.values': session.settings.values, outcome: session.outcome }
  for (const [part, values] of Object.entries(parts)) {
    for (const [key, value] of Object.entries(values)) {
      const field = `${part}.${key}`
      const comesBack = field === 'context.clientSupplied' && value === true
      if (value === null || held.has(field) || comesBack) continue
      losses.add(field, 'dropped', 'the layout has no field for it')
    }
  }
  const { policy, propensity, reason } = session.settings
  if (policy !== null || propensity !== null || reason !== null)
    losses.add('settings', 'dropped', 'no field for the policy')
  if (session.parent !== null) losses.add('parent', 'dropped', 'the layout knows no chains of edits')
  if (session.telemetry !== null) losses.add('telemetry', 'dropped', 'the layout has no field for it')
  if (picture(session, 'mask')) losses.add('mask', 'dropped', 'the layout has no third image')
  if (session.consent !== null && session.consent.basis !== 'imported') {
    losses.add('consent', 'dropped', 'the layout knows no consent')
  }
  for (const edit of edits) {
    if (edit.kind === 'images.instruction') {
      losses.add(edit.kind, 'approximated', 'the corrected instruction is written in place of the first')
    } else {
      losses.add(edit.kind, 'dropped', 'the layout knows no edits')
    }
  }
}

interface LossCounter {
  add(field: string, what: Loss['what'], why: string): void
  all(): readonly Loss[]
}

function lossCounter(): LossCounter {
  const counts = new Map<string, Loss>()
  return {
    add(field, what, why) {
      const key = `${field}\n${why}`
      counts.set(key, { field, what, why, count: (counts.get(key)?.count ?? 0) + 1 })
    },
    all: () => [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, loss]) => loss),
  }
}
