/** The field guide of a domain, as the engine makes it from the schemas. */
import { useQuery } from '@tanstack/react-query'
import type { Reply } from '#http/contract.ts'
import { api } from '../data/client.ts'
import type { DomainName } from '../data/types.ts'

export type FieldRow = Reply<'GET /api/v1/fields/{domain}'>['items'][number]

export const useFields = (domain: DomainName) =>
  useQuery({
    queryKey: ['fields', domain],
    queryFn: ({ signal }) => api.call('GET /api/v1/fields/{domain}', { params: { domain } }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** The rows in which every word is found, in path, meaning or unit. */
export function searchFields(rows: readonly FieldRow[], text: string): readonly FieldRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter(({ path, about, unit, formula }) => {
    const all = `${path} ${about} ${unit ?? ''} ${formula ?? ''}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
}
