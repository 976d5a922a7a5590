import type { CameraSession } from '#domains/camera/session.ts'
import type { GuiSession } from '#domains/gui/session.ts'
import type { ImagesSession } from '#domains/images/session.ts'
import { useChain, useEdits, useSession } from '../data/queries.ts'
import type { AnySession } from '../data/types.ts'
import { DomainBadge, StatusBadge } from '../parts/badge.tsx'
import { domainTitles, Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { hrefTo, navigate } from '../route/location.ts'
import { beside, listHref, standAt } from '../sessions/trail.ts'
import { Page } from '../shell/page.tsx'
import { useKeys } from '../shell/use-keys.ts'
import { TrackLink } from '../track/track-link.tsx'
import { CameraView } from './camera/camera-view.tsx'
import { ChainCard } from './chain-card.tsx'
import { ConsentCard } from './consent-card.tsx'
import { EditsCard } from './edits-card.tsx'
import { EnvelopeCard } from './envelope-card.tsx'
import { GuiView } from './gui/gui-view.tsx'
import { ImagesView } from './images/images-view.tsx'
import { RawCard } from './raw-card.tsx'
import { SamplesCard } from './samples-card.tsx'
import { SettingsCard } from './settings-card.tsx'
import './session.css'

export function SessionPage({ id }: { id: string }) {
  const { data: session, error } = useSession(id)
  const { data: chain, isPending: isChainPending } = useChain(id)
  const summary = chain?.items.find((row) => row.id === id)?.summary
  const title = summary ?? (session ? `${domainTitles[session.domain]} session` : 'Session')
  const goTo = (step: 1 | -1) => {
    const next = beside(id, step)
    if (!next) return
    standAt(next.index)
    navigate(hrefTo(`/sessions/${next.id}`), { replace: true })
  }
  const back = () => navigate(listHref() ?? hrefTo('/sessions'))
  useKeys({ j: () => goTo(1), k: () => goTo(-1), Escape: back })
  return (
    <Page
      title={title}
      before={
        <button type="button" className="button quiet icon" onClick={back} aria-label="Back to the list">
          <Icon name="left" />
        </button>
      }
      note={
        session &&
        !isChainPending && (
          <span className="row">
            <DomainBadge domain={session.domain} />
            <StatusBadge status={session.outcome.status} />
          </span>
        )
      }
      actions={
        <>
          {session && <TrackLink session={session} />}
          <Beside id={id} step={-1} onGo={goTo} />
          <Beside id={id} step={1} onGo={goTo} />
        </>
      }
    >
      <div className="page-body">
        {error && <ProblemBox error={error} />}
        {!session && !error && <Loading />}
        {session && <Loaded session={session} />}
      </div>
    </Page>
  )
}

function Loading() {
  return (
    <div className="session-columns">
      <Skeleton height={520} />
      <Skeleton height={520} />
    </div>
  )
}

function Beside({ id, step, onGo }: { id: string; step: 1 | -1; onGo: (step: 1 | -1) => void }) {
  const label = step === 1 ? 'Next session of the list (j)' : 'Previous session of the list (k)'
  return (
    <button
      type="button"
      className="button icon"
      disabled={beside(id, step) === null}
      onClick={() => onGo(step)}
      title={label}
      aria-label={label}
    >
      <Icon name={step === 1 ? 'right' : 'left'} />
    </button>
  )
}

function Loaded({ session }: { session: AnySession }) {
  const { data: edits, isPending } = useEdits(session.id)
  const { isPending: isChainPending } = useChain(session.id)
  // Shown at once or not at all: cards that grow one after the other would push each other about.
  if (isPending || isChainPending) return <Loading />
  return (
    <div className="session-columns">
      <div className="stack">
        <DomainView session={session} />
        <SettingsCard session={session} />
        <RawCard session={session} />
      </div>
      <aside className="stack" aria-label="About this session">
        <EditsCard session={session.id} edits={edits?.items ?? null} />
        <EnvelopeCard session={session} />
        <ChainCard session={session} />
        <ConsentCard session={session} />
        <SamplesCard session={session.id} />
      </aside>
    </div>
  )
}

/** The engine has checked the inner parts against the domain's schema when the session came in. */
function DomainView({ session }: { session: AnySession }) {
  switch (session.domain) {
    case 'camera':
      return <CameraView session={session as unknown as CameraSession} />
    case 'images':
      return <ImagesView session={session as unknown as ImagesSession} />
    case 'gui':
      return <GuiView session={session as unknown as GuiSession} />
  }
}
