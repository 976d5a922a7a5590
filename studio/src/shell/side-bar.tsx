import { useMay } from '../data/me.ts'
import { useHealth, useJobs, useProjects } from '../data/queries.ts'
import { isFinished } from '#client/client.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { WhoAmI } from '../people/who-am-i.tsx'
import { Link } from '../route/link.tsx'
import { hrefTo, navigate, usePlace } from '../route/location.ts'
import { ThemeSwitch } from './theme-switch.tsx'

interface PageLink {
  readonly to: string
  readonly title: string
  readonly icon: IconName
  /** Who may see the page; whoever may look at sessions unless told. */
  readonly needs?: 'owner' | 'owner everywhere'
}

const pages: readonly PageLink[] = [
  { to: '/', title: 'Overview', icon: 'overview' },
  { to: '/track', title: 'Track', icon: 'track', needs: 'owner everywhere' },
  { to: '/sessions', title: 'Sessions', icon: 'sessions' },
  { to: '/learning', title: 'Learning', icon: 'learning', needs: 'owner everywhere' },
  { to: '/datasets', title: 'Datasets', icon: 'datasets' },
  { to: '/transfer', title: 'Import and export', icon: 'transfer' },
  { to: '/jobs', title: 'Jobs', icon: 'jobs' },
  { to: '/fields', title: 'Fields', icon: 'fields' },
  { to: '/consent', title: 'Consent', icon: 'consent', needs: 'owner' },
  { to: '/care', title: 'Care', icon: 'care', needs: 'owner everywhere' },
  { to: '/people', title: 'People', icon: 'people', needs: 'owner everywhere' },
]

export function SideBar({ onHelp }: { onHelp: () => void }) {
  const may = useMay()
  return (
    <nav className="side" aria-label="Pages">
      <Link className="brand" to="/">
        <img src="/favicon.svg" width={22} height={22} alt="" />
        <span>Hindsight</span>
      </Link>
      {may('viewer') && <Pages />}
      <WhoAmI />
      <div className="side-foot">
        <Health />
        <button
          type="button"
          className="button quiet icon"
          onClick={onHelp}
          title="Keys (?)"
          aria-label="Show the keyboard shortcuts"
        >
          <Icon name="question" />
        </button>
        <ThemeSwitch />
      </div>
    </nav>
  )
}

function Pages() {
  const { path, project } = usePlace()
  const { data: jobs } = useJobs(project)
  const running = jobs?.items.filter((job) => !isFinished(job)).length ?? 0
  const may = useMay()
  const isOffered = ({ needs }: PageLink) =>
    needs === undefined || may('owner', needs === 'owner' ? undefined : 'everywhere')
  return (
    <>
      <ProjectSelect project={project} />
      {pages.filter(isOffered).map(({ to, title, icon }) => (
        <Link
          key={to}
          className="nav-link"
          to={to}
          title={title}
          aria-label={title}
          aria-current={isWithin(path, to) ? 'page' : undefined}
        >
          <Icon name={icon} />
          <span>{title}</span>
          {to === '/jobs' && running > 0 && <span className="tally">{running}</span>}
        </Link>
      ))}
    </>
  )
}

function isWithin(path: string, page: string): boolean {
  return page === '/' ? path === '/' : path === page || path.startsWith(`${page}/`)
}

function ProjectSelect({ project }: { project: string }) {
  const { data } = useProjects()
  const projects = [...new Set([project, ...(data?.items ?? [])])].sort()
  return (
    <label>
      <span className="hidden-label">Project</span>
      <select
        className="field"
        value={project}
        onChange={(event) => navigate(hrefTo('/', { project: event.target.value }))}
      >
        {projects.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  )
}

function Health() {
  const { data, isError } = useHealth()
  const state = isError ? 'bad' : data?.ok === true ? 'good' : data ? 'bad' : ''
  // Its version is told to those who may look at sessions.
  const words = isError ? 'No answer' : data?.version === undefined ? '\u00a0' : `v${data.version}`
  return (
    <span className="health" title={isError ? 'The engine does not answer' : 'The engine answers'}>
      <span className={`dot ${state}`} />
      <span>{words}</span>
    </span>
  )
}
