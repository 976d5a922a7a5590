import { Suspense, useEffect, useState } from 'react'
import { useMay, useMe } from './data/me.ts'
import { useProjects } from './data/queries.ts'
import {
  AccountPage,
  CarePage,
  ClipPage,
  ConsentPage,
  DatasetPage,
  DatasetsPage,
  fetchPages,
  FieldsPage,
  JobsPage,
  LearningPage,
  OverviewPage,
  PeoplePage,
  SessionPage,
  SessionsPage,
  StartPage,
  TransferPage,
} from './lazy-pages.ts'
import { ProblemBox } from './parts/problem-box.tsx'
import { SignInAgain } from './people/sign-in-again.tsx'
import { SignInPage } from './people/sign-in-page.tsx'
import { changeParams, defaultProject, hrefTo, navigate, usePlace } from './route/location.ts'
import { matchPath } from './route/match-path.ts'
import { DropZone } from './shell/drop-zone.tsx'
import { ErrorBoundary } from './shell/error-boundary.tsx'
import { focusSearch } from './shell/focus-search.ts'
import { NotForYou } from './shell/not-for-you.tsx'
import { Notices } from './shell/notices.tsx'
import { NotFoundPage } from './shell/not-found-page.tsx'
import { RecorderPage } from './shell/recorder-page.tsx'
import { Shortcuts } from './shell/shortcuts.tsx'
import { SideBar } from './shell/side-bar.tsx'
import { TokenPage } from './shell/token-page.tsx'
import { useKeys } from './shell/use-keys.ts'

/** The page that was asked for comes first. */
const pagesWaitMs = 1500

const busy = <main className="page" id="content" aria-busy="true" />

export function App() {
  const { path } = usePlace()
  const [help, setHelp] = useState(false)
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <div className="shell">
        <SideBar onHelp={() => setHelp(true)} />
        <ErrorBoundary key={path}>
          <Suspense fallback={busy}>
            <Entrance onHelp={() => setHelp(true)} />
          </Suspense>
        </ErrorBoundary>
      </div>
      <SignInAgain />
      <Notices />
      {help && <Shortcuts onClose={() => setHelp(false)} />}
    </>
  )
}

/** Who asks decides whether there is a page at all. */
function Entrance({ onHelp }: { onHelp: () => void }) {
  const { path } = usePlace()
  const { data: me, error } = useMe()
  if (!me) {
    if (!error) return busy
    return (
      <main className="page" id="content">
        <div className="page-body">
          <ProblemBox error={error} />
        </div>
      </main>
    )
  }
  if (me.principal === null) return me.accounts ? <SignInPage /> : <TokenPage />
  if (matchPath('/account', path)) return <AccountPage />
  if (me.principal.role === 'recorder') return <RecorderPage />
  return <Studio onHelp={onHelp} />
}

function Studio({ onHelp }: { onHelp: () => void }) {
  const { path, project, search } = usePlace()
  const may = useMay()
  const isNamed = search.has('project')
  const { data: projects } = useProjects()

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
  const ownPages = {
    'g t': go('/track'),
    'g l': go('/learning'),
    'g c': go('/care'),
    'g p': go('/people'),
  }
  useKeys({
    '/': focusSearch,
    '?': onHelp,
    'g o': go('/'),
    'g s': go('/sessions'),
    'g d': go('/datasets'),
    'g i': go('/transfer'),
    'g j': go('/jobs'),
    'g f': go('/fields'),
    ...(may('owner', 'everywhere') && ownPages),
  })
  return (
    <>
      {pageAt(path, project, may)}
      {may('owner') && (
        <DropZone
          project={project}
          takesClips={may('owner', 'everywhere') && (path === '/track' || path.startsWith('/track/'))}
        />
      )}
    </>
  )
}

function pageAt(path: string, project: string, may: ReturnType<typeof useMay>) {
  if (path === '/') return <OverviewPage project={project} />
  if (matchPath('/sessions', path)) return <SessionsPage project={project} />
  if (matchPath('/datasets', path)) return <DatasetsPage project={project} />
  if (matchPath('/transfer', path)) return <TransferPage project={project} />
  if (matchPath('/jobs', path)) return <JobsPage project={project} />
  if (matchPath('/fields', path)) return <FieldsPage />
  const session = matchPath('/sessions/{id}', path)
  if (session) return <SessionPage key={session['id']} id={session['id'] ?? ''} />
  const dataset = matchPath('/datasets/{name}', path)
  if (dataset) return <DatasetPage key={dataset['name']} project={project} name={dataset['name'] ?? ''} />
  return ownersPageAt(path, project, may) ?? <NotFoundPage />
}

/** What only owners see, most of it only those of all projects; null where no such page is. */
function ownersPageAt(path: string, project: string, may: ReturnType<typeof useMay>) {
  if (matchPath('/consent', path)) {
    return may('owner') ? <ConsentPage project={project} /> : <NotForYou title="Consent" needs="owners" />
  }
  const clip = matchPath('/track/{fingerprint}', path)?.['fingerprint']
  const pages = {
    Track: path === '/track' || clip !== undefined,
    Learning: matchPath('/learning', path) !== null,
    Care: matchPath('/care', path) !== null,
    People: matchPath('/people', path) !== null,
  }
  const title = (Object.keys(pages) as (keyof typeof pages)[]).find((name) => pages[name])
  if (title === undefined) return null
  if (!may('owner', 'everywhere')) return <NotForYou title={title} needs="an owner of all projects" />
  if (title === 'Track' && clip !== undefined) return <ClipPage key={clip} project={project} fingerprint={clip} />
  if (title === 'Track') return <StartPage project={project} />
  if (title === 'Learning') return <LearningPage />
  return title === 'Care' ? <CarePage /> : <PeoplePage />
}
