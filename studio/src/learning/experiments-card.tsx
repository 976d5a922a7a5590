import { useState } from 'react'
import { Card } from '../parts/card.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { type ExperimentResult, type Learner, type Status, useStartExperiment, useStopExperiment } from './learn-api.ts'
import { sayOutcome } from './learning-words.ts'

interface ExperimentsProps {
  readonly learners: readonly Learner[]
  readonly comparable: Status['comparable']
}

/** Two policies against each other, by a coin for each session. */
export function ExperimentsCard({ learners, comparable }: ExperimentsProps) {
  const [isNew, setNew] = useState(false)
  const all = learners
    .flatMap(({ experiments }) => experiments)
    .toSorted((one, other) => other.startedAt.localeCompare(one.startedAt))
  return (
    <Card
      title="Experiments"
      head={
        <button type="button" className="button small" onClick={() => setNew(true)}>
          New experiment…
        </button>
      }
    >
      {all.length === 0 ? (
        <p className="muted">
          Any two ways of choosing settings can be held against each other: a coin decides for each run, and the result
          may be looked at after every one.
        </p>
      ) : (
        <ul className="plain-list experiments">
          {all.map((experiment) => (
            <Experiment key={experiment.name} experiment={experiment} />
          ))}
        </ul>
      )}
      {isNew && <NewExperiment comparable={comparable} onClose={() => setNew(false)} />}
    </Card>
  )
}

function Experiment({ experiment }: { experiment: ExperimentResult }) {
  const stop = useStopExperiment()
  const { name, first, second, learner, stoppedAt, winner, sentence, comparison } = experiment
  const tone = winner === null ? 'tone-cancelled' : 'tone-succeeded'
  const state =
    winner === null ? (stoppedAt === null ? 'running' : 'ended') : `${winner === 'first' ? first : second} wins`
  return (
    <li className="stack tight">
      <div className="row">
        <strong className="cut">{name}</strong>
        <span className={`badge ${tone}`}>{state}</span>
        {stoppedAt === null && (
          <button
            type="button"
            className="button small push"
            disabled={stop.isPending}
            onClick={() => stop.mutate(name)}
          >
            Stop
          </button>
        )}
      </div>
      <span className="muted">
        {first} ({sayOutcome(comparison.first)}) against {second} ({sayOutcome(comparison.second)}), {learner}
      </span>
      <span>{sentence}</span>
      {stop.error && <ProblemBox error={stop.error} />}
    </li>
  )
}

function NewExperiment({ comparable, onClose }: { comparable: Status['comparable']; onClose: () => void }) {
  const start = useStartExperiment()
  const learners = Object.keys(comparable)
  const [name, setName] = useState('')
  const [learner, setLearner] = useState(learners[0] ?? '')
  const [first, setFirst] = useState('learned')
  const [second, setSecond] = useState('defaults')
  const policies = comparable[learner] ?? []
  const begin = () => start.mutate({ name, learner, first, second }, { onSuccess: onClose })
  return (
    <Dialog
      title="New experiment"
      onClose={onClose}
      foot={
        <>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className="button primary"
            disabled={name === '' || first === second || start.isPending}
            onClick={begin}
          >
            Start
          </button>
        </>
      }
    >
      <div className="stack">
        <label className="labelled">
          <span>Name</span>
          <input
            className="field"
            value={name}
            placeholder="table-or-defaults"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
          <small>small letters, digits, dots and dashes</small>
        </label>
        <Choice label="Settings of" value={learner} choices={learners} onChange={setLearner} />
        <div className="columns two">
          <Choice label="First" value={first} choices={policies} onChange={setFirst} />
          <Choice label="Second" value={second} choices={policies} onChange={setSecond} />
        </div>
        <p className="muted">
          From now on a coin decides for each run that names no policy. The test stays right however often it is looked
          at; it names a winner where there is none once in twenty times at most.
        </p>
        {start.error && <ProblemBox error={start.error} />}
      </div>
    </Dialog>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly choices: readonly string[]
  readonly onChange: (value: string) => void
}

function Choice({ label, value, choices, onChange }: ChoiceProps) {
  return (
    <label className="labelled">
      <span>{label}</span>
      <select className="field" value={value} onChange={(event) => onChange(event.target.value)}>
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    </label>
  )
}
