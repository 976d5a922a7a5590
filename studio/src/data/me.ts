/** Who is asking, and what they may do; what they may not is not offered. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { mayAct, type Role } from '#core/principal.ts'
import { api } from './client.ts'
import { setMe, type Me } from './sign-in.ts'

const key = ['me'] as const

export const fetchMe = async (signal?: AbortSignal): Promise<Me> => {
  const me = await api.call('GET /api/v1/me', {}, { signal })
  setMe(me)
  return me
}

export const useMe = () =>
  useQuery({
    queryKey: key,
    queryFn: ({ signal }) => fetchMe(signal),
    staleTime: 60_000,
  })

/** Puts who is asking where all of the page reads it. */
export function useKeepMe(): (me: Me) => void {
  const cache = useQueryClient()
  return (me) => {
    setMe(me)
    cache.setQueryData(key, me)
  }
}

/**
 * Whether the person may do what asks for a role; `everywhere`: what is about all projects or about the machine, and closed to whoever
 * is bound to one project.
 */
export function useMay(): (needed: Role, where?: 'everywhere') => boolean {
  const principal = useMe().data?.principal ?? null
  return (needed, where) =>
    principal !== null && mayAct(principal.role, needed) && (where === undefined || principal.project === null)
}
