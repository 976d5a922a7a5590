/** The image app's own door: what it posts, made a session. */
import type { ConsentStatement } from '#core/consent.ts'
import { brief, fault } from '#core/faults.ts'
import type { MediaRef } from '#core/session.ts'
import { instruction as instructionSchema, maxInstructionChars } from './schema.ts'
import type { ImagesSession } from './session.ts'

export interface StoreImageParts {
  /** A UUIDv7 made for this post: two posts in one millisecond are two sessions. */
  readonly id: string
  readonly project: string
  /** Both are stored and checked already; their roles are given here. */
  readonly originalImage: MediaRef
  readonly reimaginedImage: MediaRef
  readonly instruction: string
  /** The pseudonym of the mail address that was given; null for none. Never the address. */
  readonly contributor: string | null
  readonly consent: ConsentStatement | null
  /** Unix time in milliseconds. */
  readonly nowMs: number
}

/**
 * The session of one post. The door tells neither model nor settings nor how long it took, so they are null, and both
 * pictures come from the client, which is noted.
 *
 * @throws request.invalid for a blank or overlong instruction
 */
export function storeImageSession(parts: StoreImageParts): ImagesSession {
  if (!instructionSchema.safeParse(parts.instruction).success) {
    throw fault('request.invalid', {
      expected: `an instruction of 1 to ${maxInstructionChars} characters`,
      found: parts.instruction.trim() === '' ? 'a blank one' : brief(parts.instruction),
      where: 'field instruction',
    })
  }
  return {
    id: parts.id,
    project: parts.project,
    domain: 'images',
    schemaVersion: 1,
    recordedAt: new Date(parts.nowMs).toISOString(),
    host: { name: 'store-image', version: null },
    contributor: parts.contributor,
    consent: parts.consent,
    parent: null,
    context: { instruction: parts.instruction, clientSupplied: true },
    settings: { values: {}, reason: null, propensity: null, policy: null },
    // The app posts only after the result was shown, so a post says that the edit succeeded.
    outcome: { status: 'succeeded', error: null, durationMs: null },
    telemetry: null,
    media: [
      { ...parts.originalImage, role: 'input' },
      { ...parts.reimaginedImage, role: 'output' },
    ],
  }
}

/**
 * The person behind a mail address as it was typed, for making a pseudonym of: letter case and spaces are no difference
 * in practice. null for nobody; the app writes "anonymous" where no address was given.
 */
export function personOf(userEmail: string): string | null {
  const name = userEmail.trim().toLowerCase()
  return name === '' || name === 'anonymous' ? null : name
}
