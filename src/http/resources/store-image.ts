/** The image app's own door, with its documented fields and answers. */
import type { MultipartFile, MultipartValue } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { fault } from '#core/faults.ts'
import { pairFigures, storeImagePair } from '#engine/store-image.ts'
import type { Handlers } from '../handler.ts'
import { trainingDataPage, trainingDataStyle } from './training-data-page.ts'

type Keys =
  | 'POST /api/store-image'
  | 'GET /api/store-image'
  | 'GET /admin/training-data'
  | 'GET /admin/training-data.css'

export const storeImageHandlers: Handlers<Keys> = {
  'POST /api/store-image': async ({ body }, { engine, options }) => {
    const parts = await readParts(body as unknown as FastifyRequest)
    const text = (name: string) => parts.texts.get(name) ?? null
    const instruction = text('instruction')?.trim() ?? ''
    const missing = [
      ...['originalImage', 'reimaginedImage'].filter((name) => !parts.files.has(name)),
      ...(instruction === '' ? ['instruction'] : []),
    ]
    const originalImage = parts.files.get('originalImage')
    const reimaginedImage = parts.files.get('reimaginedImage')
    if (missing.length > 0 || !originalImage || !reimaginedImage) {
      const found = `${missing.join(', ')} missing`
      throw fault('request.invalid', {
        expected: 'the files originalImage and reimaginedImage and the text instruction',
        found,
      })
    }
    const sent = { originalImage, reimaginedImage, instruction, userEmail: text('userEmail'), consent: text('consent') }
    const { id } = await storeImagePair(engine, options.legacyProject, sent)
    return { success: true, sessionId: id, message: 'Stored for training.' }
  },

  'GET /api/store-image': (_, { engine, options }) => pairFigures(engine, options.legacyProject),

  'GET /admin/training-data': async (_, { engine, options }) => ({
    type: 'bytes',
    contentType: 'text/html; charset=utf-8',
    body: trainingDataPage(await pairFigures(engine, options.legacyProject)),
  }),

  'GET /admin/training-data.css': () => ({
    type: 'bytes',
    contentType: 'text/css; charset=utf-8',
    body: trainingDataStyle,
  }),
}

interface Parts {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly texts: ReadonlyMap<string, string>
}

/** @throws request.invalid, request.large */
async function readParts(request: FastifyRequest): Promise<Parts> {
  const files = new Map<string, Uint8Array>()
  const texts = new Map<string, string>()
  try {
    for await (const part of request.parts() as AsyncIterable<MultipartFile | MultipartValue>) {
      if (part.type === 'file') files.set(part.fieldname, await part.toBuffer())
      else if (typeof part.value === 'string') texts.set(part.fieldname, part.value)
    }
  } catch (error) {
    throw formFault(error)
  }
  return { files, texts }
}

/** The parser's own words for a broken form are errors without a code; those of its limits have one. */
function formFault(error: unknown): unknown {
  if (!(error instanceof Error) || 'code' in error) return error
  const expected = 'well-formed multipart form data with its boundary'
  return fault('request.invalid', { expected, found: error.message, cause: error })
}
