/** What the Learning page asks the engine for. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { LearnStatusReply, ModelListing, Reply, Request } from '#http/contract.ts'
import { api } from '../data/client.ts'

export type Status = LearnStatusReply
export type Learner = Status['learners'][number]
export type Finding = Learner['findings'][number]
export type Coverage = Status['coverage']
export type CoverageCell = Coverage['classes'][number][number]
export type ExperimentResult = Learner['experiments'][number]
export type Model = ModelListing

export const useLearning = () =>
  useQuery({
    queryKey: ['learn', 'status'],
    queryFn: ({ signal }) => api.call('GET /api/v1/learn', { query: {} }, { signal }),
    refetchInterval: 30_000,
  })

export const useModels = () =>
  useQuery({
    queryKey: ['learn', 'models'],
    queryFn: ({ signal }) => api.call('GET /api/v1/learn/models', {}, { signal }),
  })

export type Region = Reply<'GET /api/v1/learn/regions'>['findings'][number]

export const useRegions = () =>
  useQuery({
    queryKey: ['learn', 'regions'],
    queryFn: ({ signal }) => api.call('GET /api/v1/learn/regions', {}, { signal }),
  })

/** What changes learning, and makes all that is shown of it be asked for again. */
function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () =>
      Promise.all(
        [['learn'], ['preferences'], ['track', 'summary']].map((queryKey) => cache.invalidateQueries({ queryKey })),
      ),
  })
}

type ExperimentBody = Request<'POST /api/v1/learn/experiments'>['body']

export const useStartExperiment = () =>
  useChange((body: ExperimentBody) => api.call('POST /api/v1/learn/experiments', { body }))
export const useStopExperiment = () =>
  useChange((name: string) => api.call('POST /api/v1/learn/experiments/{name}/stop', { params: { name } }))
export const useReset = () =>
  useChange<void, unknown>(() => api.call('POST /api/v1/learn/reset', { body: { confirm: 'reset' } }))
export const useRebuild = () =>
  useChange<void, Reply<'POST /api/v1/learn/rebuild'>>(() => api.call('POST /api/v1/learn/rebuild', { body: {} }))
export const useRollback = () =>
  useChange((name: string) => api.call('POST /api/v1/learn/models/{name}/rollback', { params: { name }, body: {} }))
export const useActivate = () =>
  useChange(({ name, version }: { readonly name: string; readonly version: string }) =>
    api.call('POST /api/v1/learn/models/{name}/activate', { params: { name }, body: { version } }),
  )
export const useSwitch = () =>
  useChange((body: Request<'PUT /api/v1/preferences'>['body']) => api.call('PUT /api/v1/preferences', { body }))
export const useTrain = () => {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => api.call('POST /api/v1/learn/train', { body: {} }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['jobs'] }),
  })
}
