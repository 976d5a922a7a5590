import { useEffect, useState } from 'react'
import { HindsightError } from '#client/hindsight-error.ts'
import { useProjects } from './data/queries.ts'
import { DatasetPage } from './datasets/dataset-page.tsx'
import { DatasetsPage } from './datasets/datasets-page.tsx'
import { JobsPage } from './jobs/jobs-page.tsx'
import { OverviewPage } from './overview/overview-page.tsx'
import { changeParams, defaultProject, hrefTo, navigate, usePlace } from './route/location.ts'
import { matchPath } from './route/match-path.ts'
import { SessionPage } from './session/session-page.tsx'
import { SessionsPage } from './sessions/sessions-page.tsx'
import { DropZone } from './shell/drop-zone.tsx'
import { ErrorBoundary } from './shell/error-boundary.tsx'
import { focusSearch } from './shell/focus-search.ts'
import { Notices } from './shell/notices.tsx'
import { NotFoundPage } from './shell/not-found-page.tsx'
import { Shortcuts } from './shell/shortcuts.tsx'
import { SideBar } from './shell/side-bar.tsx'
import { TokenPage } from './shell/token-page.tsx'
import { useKeys } from './shell/use-keys.ts'
import { ClipPage } from './track/clip-page.tsx'
import { StartPage } from './track/start-page.tsx'
import { TransferPage } from './transfer/transfer-page.tsx'

export function App() {
  const { path, project, search } = usePlace()
  const [help, setHelp] = useState(false)
  const { data: projects, error } = useProjects()
  const isNamed = search.has('project')

  // A store whose sessions are all in another project should not greet with an empty page.
  const onlyOther = projects && !projects.items.includes(defaultProject) ? projects.items[0] : undefined
  useEffect(() => {
    if (!isNamed && onlyOther !== undefined) changeParams({ project: onlyOther }, { replace: true })
  }, [isNamed, onlyOther])

  const go = (to: string) => () => navigate(hrefTo(to))
  useKeys({
    '/': focusSearch,
    '?': () => setHelp(true),
    'g o': go('/'),
    'g t': go('/track'),
    'g s': go('/sessions'),
    'g d': go('/datasets'),
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
        <ErrorBoundary key={path}>{needsToken ? <TokenPage /> : pageAt(path, project)}</ErrorBoundary>
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
  if (matchPath('/transfer', path)) return <TransferPage project={project} />
  if (matchPath('/jobs', path)) return <JobsPage project={project} />
  const session = matchPath('/sessions/{id}', path)
  if (session) return <SessionPage key={session['id']} id={session['id'] ?? ''} />
  const dataset = matchPath('/datasets/{name}', path)
  if (dataset) return <DatasetPage key={dataset['name']} project={project} name={dataset['name'] ?? ''} />
  return <NotFoundPage />
}
