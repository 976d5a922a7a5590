import type { Clip } from '#http/contract.ts'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { hrefTo, navigate } from '../route/location.ts'
import { Page } from '../shell/page.tsx'
import { clipFacts } from './clip-words.ts'
import { ExportMenu } from './export-menu.tsx'
import { useClip, useResult } from './track-api.ts'
import { useRun } from './use-run.ts'
import { Workspace } from './workspace.tsx'
import './track.css'

/** One clip: its tracks, its camera, and all that can be done about them. */
export function ClipPage({ project, fingerprint }: { project: string; fingerprint: string }) {
  const { data: clip, error } = useClip(fingerprint)
  if (clip) return <Opened project={project} clip={clip} />
  return (
    <Page title="Clip" before={<Back />}>
      <div className="page-body">{error ? <ProblemBox error={error} /> : <Skeleton height={420} />}</div>
    </Page>
  )
}

function Opened({ project, clip }: { project: string; clip: Clip }) {
  const run = useRun(project, clip)
  const { data: result } = useResult(run.source)
  return (
    <Page
      title={clip.name}
      before={<Back />}
      note={<span className="muted cut">{clipFacts(clip)}</span>}
      actions={<ExportMenu source={run.source} solve={result?.solve ?? null} />}
    >
      {run.isKnown ? (
        <Workspace key={String(clip.isThere)} project={project} clip={clip} run={run} />
      ) : (
        <Skeleton height={420} />
      )}
    </Page>
  )
}

function Back() {
  return (
    <button
      type="button"
      className="button quiet icon"
      onClick={() => navigate(hrefTo('/track'))}
      aria-label="Back to the clips"
    >
      <Icon name="left" />
    </button>
  )
}
