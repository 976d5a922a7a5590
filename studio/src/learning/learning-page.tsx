import { useState } from 'react'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Segments } from '../parts/segments.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Page } from '../shell/page.tsx'
import { CoverageCard } from './coverage-card.tsx'
import { EmptyLearning } from './empty-learning.tsx'
import { ExperimentsCard } from './experiments-card.tsx'
import { FindingsCard } from './findings-card.tsx'
import { type Learner, type Status, useLearning } from './learn-api.ts'
import { MeasuresCard } from './measures-card.tsx'
import { ModelsCard } from './models-card.tsx'
import { RegionsCard } from './regions-card.tsx'
import { SafetyCard } from './safety-card.tsx'
import { SwitchesCard } from './switches-card.tsx'
import { WorthCard } from './worth-card.tsx'
import './learning.css'

/** What was learned, whether it helps, what it may cost, and what to record next. */
export function LearningPage() {
  const { data: status, error } = useLearning()
  return (
    <Page title="Learning">
      <div className="page-body">
        {error && !status ? <ProblemBox error={error} /> : status ? <Content status={status} /> : <Loading />}
      </div>
    </Page>
  )
}

const isActive = ({ tally }: Learner) => Object.keys(tally.taught).length > 0

function Content({ status }: { status: Status }) {
  const active = status.learners.filter(isActive)
  const [name, setName] = useState<string | null>(null)
  const learner = active.find((one) => one.name === name) ?? active[0]
  return (
    <div className="stack learning">
      <section className="card headline" aria-label="At a glance">
        <span className={`badge ${status.isOn ? 'tone-succeeded' : 'tone-cancelled'}`}>
          {status.isOn ? 'Learning is on' : 'Learning is off'}
        </span>
        <p>{status.isOn && active.length > 1 && learner !== undefined ? learner.sentence : status.sentence}</p>
        {active.length > 1 && learner !== undefined && (
          <Segments
            label="Learner"
            value={learner.name}
            onChange={setName}
            choices={active.map((one) => [one.name, one.name])}
          />
        )}
      </section>
      {learner === undefined ? (
        <EmptyLearning />
      ) : (
        <>
          <div className="columns learning-top">
            <WorthCard learner={learner} />
            <SafetyCard learner={learner} />
          </div>
          {learner.measures.length > 0 && learner.progress.points.length > 0 && <MeasuresCard learner={learner} />}
          <FindingsCard learner={learner} />
        </>
      )}
      <CoverageCard coverage={status.coverage} />
      <div className="columns learning-halves">
        <ExperimentsCard learners={status.learners} comparable={status.comparable} />
        <SwitchesCard status={status} />
      </div>
      <ModelsCard />
      <RegionsCard />
    </div>
  )
}

function Loading() {
  return (
    <div className="stack">
      <Skeleton height={58} />
      <Skeleton height={340} />
      <Skeleton height={240} />
    </div>
  )
}
