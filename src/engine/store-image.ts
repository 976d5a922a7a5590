/** The old door of the image app: two pictures and an instruction in, four figures out; safe where the original was not. */
import type { ConsentStatement } from '#core/consent.ts'
import { brief, fault } from '#core/faults.ts'
import type { Json } from '#core/json.ts'
import { personOf, storeImageSession } from '#domains/images/intake.ts'
import { type StoreImageFigures, storeImageFigures } from '#domains/images/legacy-answers.ts'
import { declaredBasis } from './consent.ts'
import { type Engine, newId, pseudonym, sha256, utcNow } from './engine.ts'
import { keepMedia } from './intake.ts'
import { readSession } from './read.ts'
import { recordSession } from './record.ts'

export interface SentPair {
  readonly originalImage: Uint8Array
  readonly reimaginedImage: Uint8Array
  readonly instruction: string
  /** An address or name; never stored, only its keyed pseudonym. */
  readonly userEmail: string | null
  /** What the field said; null when it was not sent. */
  readonly consent: string | null
}

/** @throws consent.missing, consent.invalid, image.*, request.invalid */
export async function storeImagePair(engine: Engine, project: string, sent: SentPair): Promise<{ id: string }> {
  const consent = await consentFor(engine, project, sent.consent)
  const input = await keepMedia(engine, sent.originalImage, { picture: true, clean: true, where: 'originalImage' })
  const output = await keepMedia(engine, sent.reimaginedImage, { picture: true, clean: true, where: 'reimaginedImage' })
  const person = personOf(sent.userEmail ?? '')
  const session = storeImageSession({
    id: newId(),
    project,
    nowMs: Date.now(),
    originalImage: { role: 'input', ...input },
    reimaginedImage: { role: 'output', ...output },
    instruction: sent.instruction,
    contributor: person === null ? null : pseudonym(engine, 'contributor', person),
    consent,
  })
  return recordSession(engine, session as unknown as Json)
}

const yes = /^(true|yes|1|granted)$/i
const no = /^(false|no|0|denied)$/i
const howToDeclare =
  'send consent=true with the person\'s agreement, or declare the project\'s basis with "hindsight consent declare"'

/** The person's own word first, else what the owner declared for the project, else nothing may be kept. */
async function consentFor(engine: Engine, project: string, field: string | null): Promise<ConsentStatement> {
  const word = field?.trim() ?? ''
  if (yes.test(word)) return { basis: 'explicit', scopes: ['collect', 'train'], textSha256: null, givenAt: utcNow() }
  if (no.test(word)) {
    const expected = 'agreement to keep the pictures'
    throw fault('consent.missing', { expected, found: 'a refusal', fix: 'do not send what people keep to themselves' })
  }
  if (word !== '')
    throw fault('consent.invalid', { expected: 'true or false', found: brief(word), where: 'field consent' })
  const declared = await declaredBasis(engine, project)
  if (!declared) {
    throw fault('consent.missing', {
      expected: 'a consent field or a declared basis',
      found: 'neither',
      fix: howToDeclare,
    })
  }
  const { scopes, text, at } = declared
  return { basis: 'declared', scopes, textSha256: text === null ? null : sha256(text), givenAt: at }
}

/** The four figures; counted from what is stored, never from a log. */
export async function pairFigures(engine: Engine, project: string): Promise<StoreImageFigures> {
  const gatherer = storeImageFigures()
  for await (const stored of engine.store.catalog.scan({ project, domain: 'images' })) gatherer.add(readSession(stored))
  return gatherer.figures()
}

export type { StoreImageFigures }
