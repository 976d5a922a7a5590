/** The pages, each in a file of its own that comes when somebody first goes there. */
import { lazy } from 'react'

const loaders = {
  account: () => import('./people/account-page.tsx').then(({ AccountPage }) => ({ default: AccountPage })),
  care: () => import('./care/care-page.tsx').then(({ CarePage }) => ({ default: CarePage })),
  consent: () => import('./consent/consent-page.tsx').then(({ ConsentPage }) => ({ default: ConsentPage })),
  fields: () => import('./fields/fields-page.tsx').then(({ FieldsPage }) => ({ default: FieldsPage })),
  people: () => import('./people/people-page.tsx').then(({ PeoplePage }) => ({ default: PeoplePage })),
  clip: () => import('./track/clip-page.tsx').then(({ ClipPage }) => ({ default: ClipPage })),
  dataset: () => import('./datasets/dataset-page.tsx').then(({ DatasetPage }) => ({ default: DatasetPage })),
  datasets: () => import('./datasets/datasets-page.tsx').then(({ DatasetsPage }) => ({ default: DatasetsPage })),
  learning: () => import('./learning/learning-page.tsx').then(({ LearningPage }) => ({ default: LearningPage })),
  jobs: () => import('./jobs/jobs-page.tsx').then(({ JobsPage }) => ({ default: JobsPage })),
  overview: () => import('./overview/overview-page.tsx').then(({ OverviewPage }) => ({ default: OverviewPage })),
  session: () => import('./session/session-page.tsx').then(({ SessionPage }) => ({ default: SessionPage })),
  sessions: () => import('./sessions/sessions-page.tsx').then(({ SessionsPage }) => ({ default: SessionsPage })),
  start: () => import('./track/start-page.tsx').then(({ StartPage }) => ({ default: StartPage })),
  transfer: () => import('./transfer/transfer-page.tsx').then(({ TransferPage }) => ({ default: TransferPage })),
}

export const AccountPage = lazy(loaders.account)
export const CarePage = lazy(loaders.care)
export const ConsentPage = lazy(loaders.consent)
export const FieldsPage = lazy(loaders.fields)
export const PeoplePage = lazy(loaders.people)
export const ClipPage = lazy(loaders.clip)
export const DatasetPage = lazy(loaders.dataset)
export const DatasetsPage = lazy(loaders.datasets)
export const JobsPage = lazy(loaders.jobs)
export const LearningPage = lazy(loaders.learning)
export const OverviewPage = lazy(loaders.overview)
export const SessionPage = lazy(loaders.session)
export const SessionsPage = lazy(loaders.sessions)
export const StartPage = lazy(loaders.start)
export const TransferPage = lazy(loaders.transfer)

/** Fetches all of them, for when there is nothing else to do: going there is then no wait. */
export function fetchPages(): void {
  // What does not come now is asked for again, and missed aloud, by whoever goes there.
  for (const load of Object.values(loaders)) load().catch(() => {})
}
