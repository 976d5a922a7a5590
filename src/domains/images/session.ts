/**
 * An images session is one edit: a picture, what was asked of it, and the picture that came of it (or none, when the
 * edit failed). Media roles: `input`, `output` and `mask` (white where the edit may change the picture).
 *
 * Every field but the instruction may be null or left out, and both mean: not known.
 */
import type { Json, JsonObject } from '#core/json.ts'
import type { AnySession, MediaRef, Session } from '#core/session.ts'

/** Every field may be null or absent: not known. */
export type Unknowable<T> = { readonly [K in keyof T]?: T[K] | null | undefined }

/** Facts about a picture beyond those of its media entry. */
export type PictureFacts = Unknowable<{
  /** EXIF orientation of the stored bytes, 1 to 8. */
  orientation: number
  hasAlpha: boolean
  bitsPerChannel: number
  /** `srgb`, `cmyk`, `b-w` … */
  colourSpace: string
  frames: number
  /** Whether the file's own metadata say where it was taken. */
  hasLocation: boolean
  /** 64-bit DCT hash, 16 hex digits. */
  perceptualHash: string
}>

/** Where the input came from. */
export const inputOrigins = ['upload', 'camera', 'previous-output', 'generated'] as const
export type InputOrigin = (typeof inputOrigins)[number]

export type ImagesContext = {
  /** What was asked, exactly as the person gave it. */
  readonly instruction: string
} & Unknowable<{
  /** The instruction after the application's own cleaning or translation, when it did any. */
  instructionNormalised: string
  /** Of the instruction, BCP 47 ("en", "pt-BR"). */
  language: string
  /** What kind of edit it was, in the application's own words ("style", "season", "object removal"). */
  editType: string
  /** The application as its users know it; the recording program is the session's host. */
  app: Unknowable<{ name: string; version: string; environment: string; locale: string }>
  inputOrigin: InputOrigin
  inputImage: PictureFacts
  /** Whether the pictures came from the client rather than from the server that made them: such pairs can be forged. */
  clientSupplied: boolean
  /** The server's own id of the generation. */
  generationId: string
  /** 1 for the first edit of a picture; from 2 on the input is the output of the session's parent. */
  turnIndex: number
  /** SHA-256 of the picture that the chain of edits began with; absent when this session's input is that picture. */
  originalSha256: string
  /** Where imported data come from. */
  origin: ImportOrigin
}>

export type ImportOrigin = Unknowable<{
  layout: string
  /** The source's name of the session. */
  session: string
  /** The source's own time stamp, where it differs from what the session is recorded under. */
  stamp: string
  /** What makes the record doubtful; such a session gives no sample until a person accepts it. */
  doubt: string
  /** Fields of the source that have no place of their own. */
  extra: JsonObject
}>

/** What the edit was made with, exactly as used. */
export type ImagesSettings = Unknowable<{
  provider: string
  model: string
  modelVersion: string
  /** The template that the instruction was put into, with its placeholder. */
  promptTemplate: string
  /** The text that the model was given. */
  prompt: string
  negativePrompt: string
  /** Integer of any size. */
  seed: number | bigint
  /** How far the output may leave the input, 0 to 1. */
  strength: number
  guidance: number
  imageGuidance: number
  steps: number
  sampler: string
  outputWidth: number
  outputHeight: number
  outputMediaType: string
  /** Of the encoder, 1 to 100. */
  outputQuality: number
  /** Whatever else the model was given. */
  parameters: JsonObject
}>

export interface Cost {
  readonly amount: number
  /** ISO 4217 ("EUR"). */
  readonly currency: string
}

/** -1 bad, 0 neither, 1 good. */
export type Rating = -1 | 0 | 1

export type ImagesResult = Unknowable<{
  /** From sending the request to having the picture. */
  latencyMs: number
  cost: Cost
  rating: Rating
  /** What the person did with the result. */
  kept: boolean
  downloaded: boolean
  regenerated: boolean
  reported: boolean
  outputImage: PictureFacts
  /** What a filter said of the pictures or the instruction. */
  moderation: Unknowable<{ provider: string; passed: boolean; labels: readonly string[] }>
}>

export type ImagesTelemetry = Unknowable<{
  queueMs: number
  uploadMs: number
  modelMs: number
  downloadMs: number
  retries: number
  peakMemoryBytes: number
  device: string
  /** Named parts of the work, in the order they ran. */
  stages: readonly { readonly name: string; readonly durationMs: number }[]
}>

export type ImagesSession = Session<ImagesContext, ImagesSettings, ImagesResult, ImagesTelemetry>

/** A session of this domain that passed the schema, with its types. */
export function asImages(session: AnySession): ImagesSession {
  return session as unknown as ImagesSession
}

export type ImageRole = 'input' | 'output' | 'mask'

/** The picture in a role; null when the session has none. */
export function picture(session: Pick<ImagesSession, 'media'>, role: ImageRole): MediaRef | null {
  return session.media.find((media) => media.role === role) ?? null
}

/** A rating in any of the ways it is sent: the number itself, or in `rating` or `value`. */
export function readRating(after: Json): Rating | null {
  const value =
    typeof after === 'object' && after !== null && !Array.isArray(after)
      ? ((after as JsonObject)['rating'] ?? (after as JsonObject)['value'])
      : after
  return value === -1 || value === 0 || value === 1 ? value : null
}
