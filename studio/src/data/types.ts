/** The values of the API under short names. */
import type { Reply } from '#http/contract.ts'

export type SessionPage = Reply<'GET /api/v1/sessions'>
export type SessionRow = SessionPage['items'][number]
export type AnySession = Reply<'GET /api/v1/sessions/{id}'>
export type Edit = Reply<'GET /api/v1/sessions/{id}/edits'>['items'][number]
export type Stats = Reply<'GET /api/v1/stats'>
export type Facet = Reply<'GET /api/v1/facets'>['items'][number]
export type Job = Reply<'GET /api/v1/jobs/{id}'>
export type SavedQuery = Reply<'GET /api/v1/queries'>['items'][number]
export type SessionQuery = SavedQuery['query']
export type Dataset = Reply<'GET /api/v1/datasets'>['items'][number]
export type DatasetVersion = Reply<'GET /api/v1/datasets/{name}'>['versions'][number]
export type FormatInfo = Reply<'GET /api/v1/formats'>['items'][number]
export type ImportRecord = Reply<'GET /api/v1/imports'>['items'][number]
export type ExportNote = Reply<'GET /api/v1/exports'>['items'][number]
export type DomainName = SessionRow['domain']
export type RunStatus = NonNullable<SessionRow['status']>
export type SampleType = Dataset['select']['sampleType']
