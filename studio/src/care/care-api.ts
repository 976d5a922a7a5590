/** What the Care page asks the engine for. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Reply, Request } from '#http/contract.ts'
import { api } from '../data/client.ts'

export type Care = Reply<'GET /api/v1/care'>
export type TaskState = Care['tasks'][number]
export type Task = TaskState['task']
export type CareSummary = Reply<'GET /api/v1/stats'>['care'][number]
export type ScheduleChange = Request<'PUT /api/v1/care/schedules/{task}'>['body']
export type RetentionRule = NonNullable<NonNullable<TaskState['plan']>['rules']>[number]
export type RetentionPreview = Reply<'POST /api/v1/care/retention/preview'>
export type Archive = Reply<'GET /api/v1/archives'>['items'][number]
export type ArchiveRequest = Request<'POST /api/v1/archives'>['body']

export type Webhook = Reply<'GET /api/v1/webhooks'>['items'][number]
export type NewWebhook = Request<'POST /api/v1/webhooks'>['body']
export type Delivery = Reply<'GET /api/v1/webhooks/{id}/deliveries'>['items'][number]
export type Quota = Reply<'GET /api/v1/quotas'>['items'][number]

export const useCare = () =>
  useQuery({
    queryKey: ['care'],
    queryFn: ({ signal }) => api.call('GET /api/v1/care', {}, { signal }),
    refetchInterval: 15_000,
  })

export const useArchives = () =>
  useQuery({
    queryKey: ['archives'],
    queryFn: ({ signal }) => api.call('GET /api/v1/archives', {}, { signal }),
  })

export const useArchive = (id: string) =>
  useQuery({
    queryKey: ['archives', id],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/archives/{id}', { params: { id }, query: { limit: 200 } }, { signal }),
  })

/** What changes the care of the data, and makes all that is shown of it be asked for again. */
function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () =>
      Promise.all(
        [['care'], ['archives'], ['webhooks'], ['quotas'], ['stats'], ['jobs']].map((queryKey) =>
          cache.invalidateQueries({ queryKey }),
        ),
      ),
  })
}

export const useSetSchedule = (task: Task) =>
  useChange((body: ScheduleChange) => api.call('PUT /api/v1/care/schedules/{task}', { params: { task }, body }))
export const useSwitchOff = (task: Task) =>
  useChange<void, TaskState>(() => api.call('DELETE /api/v1/care/schedules/{task}', { params: { task } }))
export const useRunNow = (task: Task) =>
  useChange<void, Reply<'POST /api/v1/care/schedules/{task}/run'>>(() =>
    api.call('POST /api/v1/care/schedules/{task}/run', { params: { task } }),
  )
export const usePreview = () =>
  useMutation({
    mutationFn: (rules: RetentionRule[]) => api.call('POST /api/v1/care/retention/preview', { body: { rules } }),
  })
export const usePlanArchive = () =>
  useMutation({ mutationFn: (body: ArchiveRequest) => api.call('POST /api/v1/archives/plan', { body }) })
export const useMakeArchive = () => useChange((body: ArchiveRequest) => api.call('POST /api/v1/archives', { body }))
export const useRestoreArchive = (id: string) =>
  useChange((sessions: string[] | null) =>
    api.call('POST /api/v1/archives/{id}/restore', { params: { id }, body: { sessions } }),
  )

export const useWebhooks = () =>
  useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => api.call('GET /api/v1/webhooks', {}, { signal }),
  })
export const useDeliveries = (id: string) =>
  useQuery({
    queryKey: ['webhooks', id, 'deliveries'],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/webhooks/{id}/deliveries', { params: { id }, query: { limit: 50 } }, { signal }),
    refetchInterval: 10_000,
  })
export const useAddWebhook = () => useChange((body: NewWebhook) => api.call('POST /api/v1/webhooks', { body }))
export const useRemoveWebhook = (id: string) =>
  useChange<void, unknown>(() => api.call('DELETE /api/v1/webhooks/{id}', { params: { id } }))
export const useEnableWebhook = (id: string) =>
  useChange<void, Webhook>(() => api.call('POST /api/v1/webhooks/{id}/enable', { params: { id } }))
export const useTestWebhook = (id: string) =>
  useChange<void, Delivery>(() => api.call('POST /api/v1/webhooks/{id}/test', { params: { id } }))

export const useQuotas = () =>
  useQuery({
    queryKey: ['quotas'],
    queryFn: ({ signal }) => api.call('GET /api/v1/quotas', {}, { signal }),
  })
export const useSetQuota = (project: string) =>
  useChange((body: Pick<Quota, 'bytes' | 'sessions'>) =>
    api.call('PUT /api/v1/quotas/{project}', { params: { project }, body }),
  )
