/** What the Track page asks the engine for. */
import { queryOptions, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { HindsightError, problemOf } from '#client/hindsight-error.ts'
import { readEvents } from '#client/read-events.ts'
import { cancelUpload, inPiecesAbove, uploadInPieces } from '#client/upload.ts'
import type { CameraSession } from '#domains/camera/session.ts'
import type { Clip, Live, Preferences, Request, SolveAgain } from '#http/contract.ts'
import { api } from '../data/client.ts'
import { changeHeaders, fetchSigned } from '../data/sign-in.ts'
import type { AnySession, Job, SessionRow } from '../data/types.ts'
import { solveOf, tracksOf, type ClipTracks, type Solve } from './track-data.ts'

export const useClips = () =>
  useQuery({
    queryKey: ['clips'],
    queryFn: ({ signal }) => api.call('GET /api/v1/clips', {}, { signal }),
  })

export const useClip = (fingerprint: string) =>
  useQuery({
    queryKey: ['clips', fingerprint],
    queryFn: ({ signal }) => api.call('GET /api/v1/clips/{fingerprint}', { params: { fingerprint } }, { signal }),
  })

export const useFolder = (path: string | null) =>
  useQuery({
    queryKey: ['folders', path],
    queryFn: ({ signal }) => api.call('GET /api/v1/folders', { query: path === null ? {} : { path } }, { signal }),
    staleTime: 5000,
    retry: false,
  })

export const useTrackSummary = (project: string) =>
  useQuery({
    queryKey: ['track', 'summary', project],
    queryFn: ({ signal }) => api.call('GET /api/v1/track/summary', { query: { project } }, { signal }),
  })

export const usePreferences = () =>
  useQuery({
    queryKey: ['preferences'],
    queryFn: ({ signal }) => api.call('GET /api/v1/preferences', {}, { signal }),
  })

export function useSetPreferences() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: Partial<Preferences>) => api.call('PUT /api/v1/preferences', { body }),
    onSuccess: (kept) => cache.setQueryData(['preferences'], kept),
  })
}

/** How many of the newest attempts at a clip are looked into. */
const attemptsShown = 6

/** The newest sessions of a clip, newest first. */
export const useClipSessions = (project: string, fingerprint: string) =>
  useQuery({
    queryKey: ['sessions', 'clip', project, fingerprint],
    queryFn: ({ signal }) => {
      const query = { project, domain: 'camera' as const, facet: [`clip:${fingerprint}`], limit: attemptsShown }
      return api.call('GET /api/v1/sessions', { query }, { signal })
    },
  })

const wholeSession = (id: string) =>
  queryOptions({
    queryKey: ['session', id],
    queryFn: ({ signal }) => api.call('GET /api/v1/sessions/{id}', { params: { id } }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

const asCameraSession = (session: AnySession | undefined): CameraSession | null =>
  session?.domain === 'camera' ? (session as unknown as CameraSession) : null

/** One session in whole; null while it is on its way, and without an id. */
export function useWholeSession(id: string | null): CameraSession | null {
  const { data } = useQuery({ ...wholeSession(id ?? ''), enabled: id !== null })
  return asCameraSession(data)
}

interface WholeSessions {
  /** In the order of the rows; null where one is not here, or cannot be read. */
  readonly sessions: readonly (CameraSession | null)[]
  readonly isPending: boolean
}

/** The sessions behind some rows. */
export function useWholeSessions(rows: readonly SessionRow[]): WholeSessions {
  const found = useQueries({ queries: rows.map(({ id }) => wholeSession(id)) })
  return {
    sessions: found.map(({ data }) => asCameraSession(data)),
    isPending: found.some(({ isPending }) => isPending),
  }
}

/** Where the result files of a run are: with its session, or with its job when nothing was recorded. */
export type ResultSource = { readonly from: 'session' | 'job'; readonly id: string }

export interface Result {
  readonly tracks: ClipTracks
  /** null when nothing could be solved and no solve was kept. */
  readonly solve: Solve | null
}

export const useResult = (source: ResultSource | null) =>
  useQuery({
    queryKey: ['track', 'result', source],
    queryFn: ({ signal }) => fetchResult(source as ResultSource, signal),
    enabled: source !== null,
    staleTime: Number.POSITIVE_INFINITY, // what a run left never changes
    gcTime: 60_000,
  })

async function fetchResult({ from, id }: ResultSource, signal: AbortSignal): Promise<Result> {
  const params = { params: { id } }
  const read = (what: 'tracks' | 'solve') =>
    from === 'session'
      ? api.open(`GET /api/v1/sessions/{id}/${what}`, params, { signal })
      : api.open(`GET /api/v1/jobs/{id}/${what}`, params, { signal })
  const [tracks, solve] = await Promise.all([
    read('tracks').then((response) => response.json() as Promise<unknown>),
    read('solve').then((response) => response.json() as Promise<unknown>, noneWhenMissing),
  ])
  const solved = solve === null ? null : solveOf(solve)
  return { solve: solved, tracks: tracksOf(tracks, solved) }
}

/** A run of which nothing was solved may have kept no solve. */
function noneWhenMissing(error: unknown): null {
  if (error instanceof HindsightError && error.status === 404) return null
  throw error
}

type SceneQuery = Request<'GET /api/v1/sessions/{id}/scene'>['query']

/** Where a solved shot can be fetched for another program. */
export function sceneUrl({ from, id }: ResultSource, query: SceneQuery): string {
  const asked = { params: { id }, query }
  return from === 'session'
    ? api.url('GET /api/v1/sessions/{id}/scene', asked)
    : api.url('GET /api/v1/jobs/{id}/scene', asked)
}

/** Solves a run again with what was changed by hand. @returns the job */
export function solveAgain({ from, id }: ResultSource, body: SolveAgain): Promise<Job> {
  const asked = { params: { id }, body }
  return from === 'session'
    ? api.call('POST /api/v1/sessions/{id}/solve-again', asked)
    : api.call('POST /api/v1/jobs/{id}/solve-again', asked)
}

export const frameUrl = (fingerprint: string, index: number, width: number): string =>
  api.url('GET /api/v1/clips/{fingerprint}/frames/{index}', { params: { fingerprint, index }, query: { width } })

/** How a tracking job stands, until it ends or `signal` says stop. @throws HindsightError */
export async function* watchLive(id: string, signal: AbortSignal): AsyncGenerator<Live> {
  const url = api.url('GET /api/v1/jobs/{id}/live', { params: { id } })
  const response = await fetchSigned(url, { headers: { accept: 'text/event-stream' }, signal })
  if (!response.ok) throw new HindsightError(await problemOf(response), response.status)
  for await (const { data } of readEvents(response)) yield JSON.parse(data) as Live
}

/** Where an upload that was broken off by closing the page is remembered. */
const rememberedAs = ({ name, size, lastModified }: File) => `hindsight.upload.${name} ${size} ${lastModified}`

/**
 * Sends a large video in pieces; one that broke off, also by closing the page, goes on where it stood.
 *
 * @throws HindsightError with the engine's words; AbortError
 */
async function uploadLarge(file: File, onSent: (share: number) => void, signal: AbortSignal): Promise<Clip> {
  const key = rememberedAs(file)
  let begun: string | null = null
  try {
    const { result } = await uploadInPieces(api, file, {
      kind: 'clip',
      name: file.name,
      resume: localStorage.getItem(key),
      onBegun: (id) => localStorage.setItem(key, (begun = id)),
      onSent: (bytes) => onSent(bytes / file.size),
      signal,
    })
    localStorage.removeItem(key)
    const fingerprint = String(result?.['fingerprint'])
    return await api.call('GET /api/v1/clips/{fingerprint}', { params: { fingerprint } }, { signal })
  } catch (error) {
    // Whoever cancels does not want it; whatever else went wrong, the next try goes on.
    if (signal.aborted && begun !== null) {
      localStorage.removeItem(key)
      await cancelUpload(api, begun).catch(() => undefined)
    }
    throw error
  }
}

/**
 * Sends a video. `fetch` cannot say how far it is, so this is XMLHttpRequest.
 *
 * @throws HindsightError with the engine's words; AbortError
 */
export function uploadClip(file: File, onSent: (share: number) => void, signal: AbortSignal): Promise<Clip> {
  if (file.size > inPiecesAbove) return uploadLarge(file, onSent, signal)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', api.url('POST /api/v1/clips/upload', { query: { name: file.name }, body: file }))
    request.setRequestHeader('content-type', 'application/octet-stream')
    for (const [name, value] of Object.entries(changeHeaders())) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0)
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as Clip)
      else {
        const response = new Response(request.responseText, { status: request.status })
        void problemOf(response).then((problem) => reject(new HindsightError(problem, request.status)))
      }
    }
    request.onerror = () => reject(new Error(`“${file.name}” could not be sent: the connection broke.`))
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}
