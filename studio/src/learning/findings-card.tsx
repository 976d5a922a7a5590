import { useState } from 'react'
import { sayMany, sayPercent } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { Icon } from '../parts/icon.tsx'
import type { Finding, Learner } from './learn-api.ts'
import { capital, sayPlain } from './learning-words.ts'

const fewShown = 10

/** For each kind of input: what does best, what it brings, and whether runs use it. */
export function FindingsCard({ learner: { findings } }: { learner: Learner }) {
  const [isAll, setAll] = useState(false)
  const shown = isAll ? findings : findings.slice(0, fewShown)
  return (
    <Card title="What was found" flush>
      <div className="scroll-x">
        <table className="plain found">
          <thead>
            <tr>
              <th>Kind</th>
              <th className="right">Sessions</th>
              <th>Best setting found</th>
              <th>Outcome: the default, and this</th>
              <th className="right">Sure</th>
              <th>Used by runs</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((finding) => (
              <FindingRow key={finding.level} finding={finding} />
            ))}
          </tbody>
        </table>
      </div>
      {findings.length > fewShown && (
        <div className="card-body">
          <button type="button" className="button small" onClick={() => setAll(!isAll)}>
            {isAll ? 'Fewer' : `${findings.length - fewShown} more kinds`}
          </button>
        </div>
      )}
    </Card>
  )
}

function FindingRow({ finding }: { finding: Finding }) {
  const { words, sessions, succeeded, base, best, verdict, missing } = finding
  const isUsed = verdict?.passed === true
  return (
    <tr title={finding.sentence}>
      <td>{words}</td>
      <td className="right">
        {sessions}
        <small className="faint block">{succeeded} solved</small>
      </td>
      <td>
        {best === null ? <span className="faint">nothing else was tried</span> : capital(best.words)}
        {best !== null && <small className="faint block">{sayMany(Math.round(best.observations), 'session')}</small>}
      </td>
      <td>
        <Intervals base={base.expected} best={best?.expected ?? null} />
      </td>
      <td className="right">{sayPercent(verdict?.confidence)}</td>
      <td>
        {isUsed ? (
          <span className="badge tone-succeeded">
            <Icon name="check" size={12} />
            yes, by a coin
          </span>
        ) : (
          <span className="muted">{missing === null ? 'the default is' : `no: ${missing}`}</span>
        )}
      </td>
    </tr>
  )
}

type Expected = Finding['base']['expected']

/** Where the two lie, 0 to 1, with nine chances in ten. */
function Intervals({ base, best }: { base: Expected; best: Expected | null }) {
  const words = `the default ${sayPlain(base.mean)}${best === null ? '' : `, this ${sayPlain(best.mean)}`}`
  return (
    <div className="intervals" role="img" aria-label={words}>
      <Interval expected={base} tone="unknown" />
      {best !== null && <Interval expected={best} tone="accent" />}
    </div>
  )
}

function Interval({ expected: { mean, low, high }, tone }: { expected: Expected; tone: string }) {
  const percent = (share: number) => `${share * 100}%`
  return (
    <div className="interval" style={{ color: `var(--${tone})` }}>
      <span className="interval-line">
        <span style={{ left: percent(low), width: percent(high - low) }} />
        <i style={{ left: percent(mean) }} />
      </span>
      <span className="number">{sayPlain(mean)}</span>
    </div>
  )
}
