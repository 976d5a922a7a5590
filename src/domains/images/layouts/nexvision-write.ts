/**
 * Writes sessions as the image app lays them out. Names are the app's, but the extension tells what the bytes are
 * (`original-STAMP.png`): the app calls everything .jpg. Its readers take the name from the metadata, so they follow.
 */
import type { Context } from '#core/context.ts'
import type { Loss } from '#core/format.ts'
import type { MediaReader, Sink } from '#core/io.ts'
import type { LayoutExtras, SessionWithEdits, WriteReport } from '#core/layout.ts'
import type { MediaRef } from '#core/session.ts'
import { judge, type Verdict, whyNoPair } from '../samples.ts'
import { asImages, type ImagesSession, picture } from '../session.ts'
import { otherKeys } from './nexvision-metadata.ts'
import { logName, stampGiver, stampOfTime } from './nexvision-names.ts'

const root = 'training-data/'

export interface NexvisionOptions {
  /** `complete`: the whole metadata per line, as the app writes it. `short`: time, instruction and name, as it documents it. */
  readonly log: 'complete' | 'short'
}

/** The log is written last and held until then: some 300 bytes for each session. */
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
    const metadata = toMetadata(session, verdict, stamp, input, output, known ? extras.pseudonym(person) : 'anonymous')
    const folder = `${root}session-${stamp}`
    await sink.write(`${folder}/${metadata.originalFilename}`, media.open(input.sha256))
    await sink.write(`${folder}/${metadata.reimaginedFilename}`, media.open(output.sha256))
    await sink.write(`${folder}/metadata-${stamp}.json`, JSON.stringify(metadata, null, 2))
    lines.push(`${JSON.stringify(options.log === 'short' ? shortForm(metadata) : metadata)}\n`)
    countLosses(session, { session: recorded, edits }, losses)
    ctx.progress({ done: lines.length, total: null, unit: 'sessions', note: null })
  }
  await sink.write(`${root}${logName}`, lines.join(''))
  return { files: lines.length * 3 + 1, items: lines.length, losses: losses.all() }
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
  input: MediaRef,
  output: MediaRef,
  userEmail: string,
) {
  return {
    timestamp: session.recordedAt,
    instruction: verdict.instruction,
    userEmail,
    originalFilename: `original-${stamp}.${extension(input)}`,
    reimaginedFilename: `reimagined-${stamp}.${extension(output)}`,
    originalSize: input.bytes,
    reimaginedSize: output.bytes,
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
