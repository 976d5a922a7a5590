/** What the People page asks the engine for. */
import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Reply, Request } from '#http/contract.ts'
import { api } from '../data/client.ts'

export type Account = Reply<'GET /api/v1/people'>['items'][number]
export type AccessKey = Reply<'GET /api/v1/keys'>['items'][number]
export type MadeKey = Reply<'POST /api/v1/keys'>
export type AuditEntry = Reply<'GET /api/v1/audit'>['items'][number]
export type AuditFilter = Omit<Request<'GET /api/v1/audit'>['query'], 'limit' | 'cursor'>

export const usePeople = () =>
  useQuery({
    queryKey: ['people'],
    queryFn: ({ signal }) => api.call('GET /api/v1/people', {}, { signal }),
  })

export const useKeys = () =>
  useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => api.call('GET /api/v1/keys', {}, { signal }),
  })

const auditPage = 100

export const useAudit = (filter: AuditFilter) =>
  useInfiniteQuery(
    infiniteQueryOptions({
      queryKey: ['audit', filter],
      queryFn: ({ signal, pageParam }) => {
        const query = { ...filter, limit: auditPage, ...(pageParam === null ? {} : { cursor: pageParam }) }
        return api.call('GET /api/v1/audit', { query }, { signal })
      },
      initialPageParam: null as string | null,
      getNextPageParam: ({ next }) => next,
    }),
  )

/** What changes people and keys, and makes all that is shown of them be asked for again. */
function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () =>
      Promise.all([['people'], ['keys'], ['audit'], ['me']].map((queryKey) => cache.invalidateQueries({ queryKey }))),
  })
}

export const useAddPerson = () =>
  useChange((body: Request<'POST /api/v1/people'>['body']) => api.call('POST /api/v1/people', { body }))

type PersonChange = Request<'PATCH /api/v1/people/{name}'>['body']
export const useChangePerson = (name: string) =>
  useChange((body: PersonChange) => api.call('PATCH /api/v1/people/{name}', { params: { name }, body }))

export const useResetPassword = (name: string) =>
  useChange((password: string) =>
    api.call('POST /api/v1/people/{name}/password', { params: { name }, body: { password } }),
  )

export type NewKey = Request<'POST /api/v1/keys'>['body']
export const useMakeKey = () => useChange((body: NewKey) => api.call('POST /api/v1/keys', { body }))
export const useRevokeKey = (id: string) =>
  useChange<void, AccessKey>(() => api.call('DELETE /api/v1/keys/{id}', { params: { id } }))
