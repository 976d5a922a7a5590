/** What pages ask the engine for. One hook per route; the key holds all that the answer depends on. */
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { api } from './client.ts'
import { routeQuery, type SessionFilter } from './session-filter.ts'
import type { DomainName } from './types.ts'

export const pageSize = 200

export const useStats = (project: string) =>
  useQuery({
    queryKey: ['stats', project],
    queryFn: ({ signal }) => api.call('GET /api/v1/stats', { query: { project } }, { signal }),
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  })

export const useHealth = () =>
  useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => api.call('GET /healthz', {}, { signal }),
    refetchInterval: 30_000,
  })

export const useProjects = () =>
  useQuery({
    queryKey: ['projects'],
    queryFn: ({ signal }) => api.call('GET /api/v1/projects', {}, { signal }),
  })

export const sessionPage = (filter: SessionFilter, cursor: string | null, limit = pageSize) =>
  queryOptions({
    queryKey: ['sessions', 'page', filter, cursor, limit],
    queryFn: ({ signal }) => {
      const query = { ...routeQuery(filter), limit, ...(cursor !== null && { cursor }) }
      return api.call('GET /api/v1/sessions', { query }, { signal })
    },
  })

export const useSessionCount = (filter: SessionFilter) =>
  useQuery({
    queryKey: ['sessions', 'count', filter],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/sessions/count', { query: { ...routeQuery(filter), cap: 10_000 } }, { signal }),
    placeholderData: keepPreviousData,
  })

export const useFacets = (project: string, domain: DomainName | undefined) =>
  useQuery({
    queryKey: ['facets', project, domain],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/facets', { query: { project, ...(domain && { domain }) } }, { signal }),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })

export const useSession = (id: string) =>
  useQuery({
    queryKey: ['session', id],
    queryFn: ({ signal }) => api.call('GET /api/v1/sessions/{id}', { params: { id } }, { signal }),
    staleTime: Number.POSITIVE_INFINITY, // sessions never change
  })

export const useEdits = (id: string) =>
  useQuery({
    queryKey: ['session', id, 'edits'],
    queryFn: ({ signal }) => api.call('GET /api/v1/sessions/{id}/edits', { params: { id } }, { signal }),
  })

export const useSamples = (id: string) =>
  useQuery({
    queryKey: ['session', id, 'samples'],
    queryFn: ({ signal }) => api.call('GET /api/v1/sessions/{id}/samples', { params: { id } }, { signal }),
  })

export const useChain = (id: string) =>
  useQuery({
    queryKey: ['session', id, 'chain'],
    queryFn: ({ signal }) => api.call('GET /api/v1/sessions/{id}/chain', { params: { id } }, { signal }),
  })

export const useSavedQueries = (project: string) =>
  useQuery({
    queryKey: ['queries', project],
    queryFn: ({ signal }) => api.call('GET /api/v1/queries', { query: { project } }, { signal }),
  })

export const useDatasets = (project: string) =>
  useQuery({
    queryKey: ['datasets', project],
    queryFn: ({ signal }) => api.call('GET /api/v1/datasets', { query: { project } }, { signal }),
  })

export const useDataset = (project: string, name: string) =>
  useQuery({
    queryKey: ['datasets', project, name],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/datasets/{name}', { params: { name }, query: { project } }, { signal }),
  })

export const useFormats = () =>
  useQuery({
    queryKey: ['formats'],
    queryFn: ({ signal }) => api.call('GET /api/v1/formats', {}, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const useImports = (project: string) =>
  useQuery({
    queryKey: ['imports', project],
    queryFn: ({ signal }) => api.call('GET /api/v1/imports', { query: { project } }, { signal }),
  })

export const useExports = (project: string) =>
  useQuery({
    queryKey: ['exports', project],
    queryFn: ({ signal }) => api.call('GET /api/v1/exports', { query: { project } }, { signal }),
  })

export const useJobs = (project: string) =>
  useQuery({
    queryKey: ['jobs', project],
    queryFn: ({ signal }) => api.call('GET /api/v1/jobs', { query: { project, limit: 100 } }, { signal }),
    // A running job has its own event stream; the list only has to notice new ones.
    refetchInterval: 10_000,
  })
