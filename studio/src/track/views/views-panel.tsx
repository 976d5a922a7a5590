import { lazy, Suspense, useId, useState, type KeyboardEvent } from 'react'
import { Skeleton } from '../../parts/skeleton.tsx'
import { shotAt, type ViewsProps } from '../track-data.ts'
import { AttemptComparison } from './attempt-comparison.tsx'
import { DiagnosisPanel } from './diagnosis-panel.tsx'
import { ErrorGraph } from './error-graph.tsx'
import { Lifespans } from './lifespans.tsx'
import { RegionMap } from './region-map.tsx'
import { TrackBars } from './track-bars.tsx'
import './views.css'

// Three dimensions weigh more than the rest of the page together.
const SceneView = lazy(() => import('./scene-view.tsx'))

const tabs = [
  ['scene', '3D'],
  ['errors', 'Errors'],
  ['tracks', 'Tracks'],
  ['regions', 'Regions'],
  ['compare', 'Compare'],
  ['diagnosis', 'Diagnosis'],
] as const
type Tab = (typeof tabs)[number][0]

/** What can be seen of a result beside the player; frame and selection are the page's. */
export function ViewsPanel(props: ViewsProps) {
  const [tab, setTab] = useState<Tab>('scene')
  const id = useId()
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    // The arrows move the playhead elsewhere on the page.
    event.stopPropagation()
    const at = tabs.findIndex(([name]) => name === tab)
    const next = tabs[(at + step + tabs.length) % tabs.length]?.[0] ?? tab
    setTab(next)
    document.getElementById(`${id}-${next}`)?.focus()
  }
  return (
    <section className="views" aria-label="Views of the result">
      <div className="segments compact" role="tablist" aria-label="View" onKeyDown={onKeyDown}>
        {tabs.map(([name, title]) => (
          <button
            key={name}
            id={`${id}-${name}`}
            type="button"
            role="tab"
            aria-selected={name === tab}
            aria-controls={`${id}-panel`}
            tabIndex={name === tab ? 0 : -1}
            onClick={() => setTab(name)}
          >
            {title}
          </button>
        ))}
      </div>
      <div className={`view view-${tab}`} role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
        <View tab={tab} {...props} />
      </div>
    </section>
  )
}

function View({ tab, ...props }: ViewsProps & { readonly tab: Tab }) {
  switch (tab) {
    case 'scene':
      return <Space {...props} />
    case 'errors':
      return (
        <div className="stack">
          <ErrorGraph {...props} />
          <TrackBars tracks={props.tracks} selected={props.selected} onSelect={props.onSelect} />
        </div>
      )
    case 'tracks':
      return <Lifespans {...props} />
    case 'regions':
      return <RegionMap {...props} />
    case 'compare':
      return <AttemptComparison {...props} />
    case 'diagnosis':
      return <DiagnosisPanel {...props} />
  }
}

/** The shot at the playhead, in space. */
function Space(props: ViewsProps) {
  const shot = shotAt(props.solve, props.frame)
  if (!shot) return <p className="empty">There is no solve to be shown in space.</p>
  if (!shot.solved) {
    return (
      <p className="empty">
        Frames {shot.fromFrame} to {shot.toFrame} have no camera: {shot.why}
      </p>
    )
  }
  return (
    <Suspense fallback={<Skeleton height={320} />}>
      <SceneView {...props} shot={shot} />
    </Suspense>
  )
}
