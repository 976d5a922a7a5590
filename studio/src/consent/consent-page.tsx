import { useState } from 'react'
import { HindsightError } from '#client/hindsight-error.ts'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Page } from '../shell/page.tsx'
import { useLedger } from './consent-api.ts'
import { ForgetDialog } from './forget-dialog.tsx'
import { subjectsOf } from './ledger.ts'
import { NewLine } from './new-line.tsx'
import { SubjectCard } from './subject-card.tsx'
import './consent.css'

/** Who agreed to what, when and in which words; withdrawing it, and forgetting somebody altogether. */
export function ConsentPage({ project }: { project: string }) {
  const { data, error } = useLedger(project)
  const [line, setLine] = useState<{ readonly contributor: string; readonly decision: 'granted' | 'withdrawn' } | null>(
    null,
  )
  const [forgotten, setForgotten] = useState<string | null>(null)
  const subjects = data ? subjectsOf(data.items) : []
  return (
    <Page
      title="Consent"
      actions={
        <>
          <button type="button" className="button" onClick={() => setForgotten('')}>
            <Icon name="trash" size={14} /> Forget somebody…
          </button>
          <button
            type="button"
            className="button primary"
            onClick={() => setLine({ contributor: '', decision: 'granted' })}
          >
            <Icon name="plus" size={14} /> Write a line
          </button>
        </>
      }
    >
      <div className="page-body">
        {error && !(error instanceof HindsightError && data) && <ProblemBox error={error} />}
        {!data && !error && <Skeleton height={240} />}
        {data && (
          <div className="stack">
            <p className="muted">
              A session carries what was agreed to when it was recorded. This ledger carries what was said afterwards;
              its newest line decides at every export. Lines are added, and never changed.
            </p>
            {subjects.length === 0 && (
              <div className="empty">
                <strong>Nobody has said anything yet.</strong>
                Sessions go by what was agreed to when they were recorded.
              </div>
            )}
            {subjects.map((subject) => (
              <SubjectCard
                key={`${subject.about} ${subject.name}`}
                subject={subject}
                onWithdraw={(contributor) => setLine({ contributor, decision: 'withdrawn' })}
                onForget={setForgotten}
              />
            ))}
          </div>
        )}
      </div>
      {line && <NewLine project={project} {...line} onClose={() => setLine(null)} />}
      {forgotten !== null && <ForgetDialog contributor={forgotten} onClose={() => setForgotten(null)} />}
    </Page>
  )
}
