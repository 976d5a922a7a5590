import { Suspense, useEffect, useState } from 'react'
import { HindsightError } from '#client/hindsight-error.ts'
import { useProjects } from './data/queries.ts'
import {
  ClipPage,
  DatasetPage,
  DatasetsPage,
  fetchPages,
  JobsPage,
  LearningPage,
  OverviewPage,
  SessionPage,
  SessionsPage,
  StartPage,
  TransferPage,
} from './lazy-pages.ts'
import { changeParams, defaultProject, hrefTo, navigate, usePlace } from './route/location.ts'
import { matchPath } from './route/match-path.ts'
import { DropZone } from './shell/drop-zone.tsx'
import { ErrorBoundary } from './shell/error-boundary.tsx'
import { focusSearch } from './shell/focus-search.ts'
import { Notices } from './shell/notices.tsx'
import { NotFoundPage } from './shell/not-found-page.tsx'
import { Shortcuts } from './shell/shortcuts.tsx'
import { SideBar } from './shell/side-bar.tsx'
import { TokenPage } from './shell/token-page.tsx'
import { useKeys } from './shell/use-keys.ts'

/** The page that was asked for comes first. */
const pagesWaitMs = 1500

export function App() {
  const { path, project, search } = usePlace()
  const [help, setHelp] = useState(false)
  const { data: projects, error } = useProjects()
  const isNamed = search.has('project')

  // A store whose sessions are all in another project should not greet with an empty page. What is tracked is somebody's own,
  // and does not go into the sample unasked.
  const isEmpty = projects !== undefined && !projects.items.includes(defaultProject) && !path.startsWith('/track')
  const onlyOther = isEmpty ? projects.items[0] : undefined
  useEffect(() => {
    if (!isNamed && onlyOther !== undefined) changeParams({ project: onlyOther }, { replace: true })
  }, [isNamed, onlyOther])

  useEffect(() => {
    const handle = setTimeout(fetchPages, pagesWaitMs)
    return () => clearTimeout(handle)
  }, [])

  const go = (to: string) => () => navigate(hrefTo(to))
  useKeys({
    '/': focusSearch,
    '?': () => setHelp(true),
    'g o': go('/'),
    'g t': go('/track'),
    'g s': go('/sessions'),
    'g d': go('/datasets'),
    'g l': go('/learning'),
    'g i': go('/transfer'),
    'g j': go('/jobs'),
  })

  const needsToken = error instanceof HindsightError && error.code === 'request.token'
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <div className="shell">
        <SideBar onHelp={() => setHelp(true)} />
        <ErrorBoundary key={path}>
          <Suspense fallback={<main className="page" id="content" aria-busy="true" />}>
            {needsToken ? <TokenPage /> : pageAt(path, project)}
          </Suspense>
        </ErrorBoundary>
      </div>
      <DropZone project={project} takesClips={path === '/track' || path.startsWith('/track/')} />
      <Notices />
      {help && <Shortcuts onClose={() => setHelp(false)} />}
    </>
  )
}

function pageAt(path: string, project: string) {
  if (path === '/') return <OverviewPage project={project} />
  if (matchPath('/track', path)) return <StartPage project={project} />
  const clip = matchPath('/track/{fingerprint}', path)?.['fingerprint']
  if (clip !== undefined) return <ClipPage key={clip} project={project} fingerprint={clip} />
  if (matchPath('/sessions', path)) return <SessionsPage project={project} />
  if (matchPath('/datasets', path)) return <DatasetsPage project={project} />
  if (matchPath('/learning', path)) return <LearningPage />
  if (matchPath('/transfer', path)) return <TransferPage project={project} />
  if (matchPath('/jobs', path)) return <JobsPage project={project} />
  const session = matchPath('/sessions/{id}', path)
  if (session) return <SessionPage key={session['id']} id={session['id'] ?? ''} />
  const dataset = matchPath('/datasets/{name}', path)
  if (dataset) return <DatasetPage key={dataset['name']} project={project} name={dataset['name'] ?? ''} />
  return <NotFoundPage />
}
