/**
 * Large files in pieces, by the protocol tus (https://tus.io/protocols/resumable-upload): what was acknowledged need not be sent
 * again when the line breaks, the engine restarts, or the page is loaded anew.
 */
import type { Reply } from '#http/contract.ts'
import { type Client, pause } from './client.ts'
import { HindsightError } from './hindsight-error.ts'

/** Files above this go in pieces. */
export const inPiecesAbove = 64 * 2 ** 20

export type Uploaded = Reply<'GET /api/v1/uploads/{id}'>

export interface UploadOptions {
  readonly kind: 'blob' | 'clip'
  /** Of a blob: what it must hash to. */
  readonly sha256?: string
  /** Of a clip: its file name. */
  readonly name?: string
  readonly project?: string
  /** Bytes of a piece. Default 8 MB. */
  readonly pieceBytes?: number
  /** An upload of the same file that was begun earlier; begun anew when the engine does not know it any more. */
  readonly resume?: string | null
  /** Told the id of the upload, by which it can be resumed. */
  readonly onBegun?: (id: string) => void
  /** Told how many bytes the engine has for good. */
  readonly onSent?: (sentBytes: number) => void
  readonly signal?: AbortSignal | undefined
}

const usualPieceBytes = 8 * 2 ** 20
/** Without a byte of progress. */
const mostFailures = 8
const pauseMs = { first: 250, most: 15_000 }
const tus = { 'tus-resumable': '1.0.0' }

/**
 * Sends a file, whatever happens on the way, and waits until the engine has made of it what it is.
 *
 * @throws HindsightError when the engine refuses it, or is away for too long; the reason of the signal
 */
export async function uploadInPieces(client: Client, file: Blob, options: UploadOptions): Promise<Uploaded> {
  const { signal, onSent = () => {}, pieceBytes = usualPieceBytes } = options
  let stands = await resumed(client, options)
  stands ??= await patiently(signal, () => begin(client, file, options))
  options.onBegun?.(stands.id)
  const { id } = stands
  let { offset } = stands
  let failures = 0
  while (offset < file.size) {
    onSent(offset)
    try {
      offset = await sendPiece(client, id, offset, file.slice(offset, offset + pieceBytes), signal)
      failures = 0
    } catch (error) {
      if (++failures > mostFailures || !isPassing(error) || signal?.aborted) throw error
      await pause(waitMs(error, failures), signal)
      const { offset: there } = await patiently(signal, () => head(client, id, signal))
      if (there > offset) failures = 0
      offset = there
    }
  }
  onSent(file.size)
  return patiently(signal, () => client.call('GET /api/v1/uploads/{id}', { params: { id } }, { signal }))
}

/** Gives an upload up; its bytes are freed. */
export async function cancelUpload(client: Client, id: string): Promise<void> {
  await client.open('DELETE /api/v1/uploads/{id}', { params: { id } }, { headers: tus })
}

interface Standing {
  readonly id: string
  readonly offset: number
}

async function resumed(client: Client, { resume = null, signal }: UploadOptions): Promise<Standing | null> {
  if (resume === null) return null
  try {
    return await patiently(signal, () => head(client, resume, signal))
  } catch (error) {
    if (error instanceof HindsightError && error.status === 404) return null
    throw error
  }
}

async function begin(client: Client, file: Blob, options: UploadOptions): Promise<Standing> {
  const { kind, sha256, name, project, signal } = options
  const said = Object.entries({ kind, sha256, name, project }).filter(([, value]) => value !== undefined)
  const metadata = said.map(([key, value]) => `${key} ${base64(value ?? '')}`).join(',')
  const headers = { ...tus, 'upload-length': String(file.size), 'upload-metadata': metadata }
  const response = await client.open('POST /api/v1/uploads', { body: new Blob([]) }, { headers, signal })
  const id = /[^/]+$/.exec(response.headers.get('location') ?? '')?.[0] ?? ''
  return { id, offset: offsetOf(response) }
}

async function head(client: Client, id: string, signal: AbortSignal | undefined): Promise<Standing> {
  const response = await client.open('HEAD /api/v1/uploads/{id}', { params: { id } }, { headers: tus, signal })
  return { id, offset: offsetOf(response) }
}

async function sendPiece(
  client: Client,
  id: string,
  offset: number,
  piece: Blob,
  signal: AbortSignal | undefined,
): Promise<number> {
  const headers = { ...tus, 'upload-offset': String(offset) }
  const contentType = 'application/offset+octet-stream'
  const asked = { params: { id }, body: piece }
  return offsetOf(await client.open('PATCH /api/v1/uploads/{id}', asked, { headers, contentType, signal }))
}

const offsetOf = (response: Response): number => Number(response.headers.get('upload-offset') ?? 0)

/** Tries something short again, as long as what goes wrong may pass. */
async function patiently<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work()
    } catch (error) {
      if (failures > mostFailures || !isPassing(error) || signal?.aborted) throw error
      await pause(waitMs(error, failures), signal)
    }
  }
}

/** No answer, an engine that is busy, or an offset that has moved. A full disk or quota is for a person to mend. */
const isPassing = (error: unknown): boolean =>
  !(error instanceof HindsightError) ||
  error.status === null ||
  (error.status >= 500 && error.status !== 507) ||
  [408, 409, 423, 425, 429].includes(error.status)

function waitMs(error: unknown, failures: number): number {
  const asked = error instanceof HindsightError ? (error.retryAfterMs ?? 0) : 0
  return Math.max(asked, Math.min(pauseMs.most, pauseMs.first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2))
}

/** UTF-8, as the protocol wants it. */
function base64(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}
