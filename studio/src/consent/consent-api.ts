/** What the Consent page asks the engine for. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Reply, Request } from '#http/contract.ts'
import { api } from '../data/client.ts'

export type Entry = Reply<'GET /api/v1/consent'>['items'][number]
export type NewEntry = Request<'POST /api/v1/consent'>['body']
export type Forgotten = Request<'POST /api/v1/forget'>['body']
export type Receipt = Reply<'POST /api/v1/forget'>
export type ForgetPreview = Reply<'POST /api/v1/forget/preview'>

export const useLedger = (project: string) =>
  useQuery({
    queryKey: ['consent', project],
    queryFn: ({ signal }) => api.call('GET /api/v1/consent', { query: { project } }, { signal }),
  })

/** Appends a line; lines are never changed. */
export function useAppend() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: NewEntry) => api.call('POST /api/v1/consent', { body }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['consent'] }),
  })
}

/** What forgetting would erase; asked anew each time, since it is about to be done. */
export const useForgetPreview = (body: Forgotten) =>
  useQuery({
    queryKey: ['forget', body],
    queryFn: ({ signal }) => api.call('POST /api/v1/forget/preview', { body }, { signal }),
    staleTime: 0,
    gcTime: 0,
  })

export function useForget() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: Forgotten) => api.call('POST /api/v1/forget', { body }),
    // Nothing that was asked before may go on showing what is erased.
    onSuccess: () =>
      cache.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' && queryKey[0] !== 'forget' }),
  })
}
