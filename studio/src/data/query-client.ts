import { QueryClient } from '@tanstack/react-query'
import { HindsightError } from '#client/hindsight-error.ts'

/** Trying again helps only against a busy store or an engine that is just starting. */
function mayRetry(failures: number, error: unknown): boolean {
  const passing = error instanceof HindsightError && (error.status === null || error.status === 503)
  return passing && failures < 3
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, gcTime: 5 * 60_000, retry: mayRetry, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
})
