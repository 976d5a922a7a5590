import { sayCount } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import type { Learner } from './learn-api.ts'
import { capital, sayOdds, sourceNames } from './learning-words.ts'

/** What it may cost, whether it is proven, and from which sessions it was learned. */
export function SafetyCard({ learner }: { learner: Learner }) {
  const { credit, proof } = learner.safety
  const share = credit.limit > 0 ? Math.min(1, Math.max(0, credit.spent / credit.limit)) : 0
  // Evidence grows by factors: as a share of the way to the threshold on a logarithmic scale.
  const way = proof.proven
    ? 1
    : Math.min(1, Math.max(0, Math.log(Math.max(1, proof.evidence)) / Math.log(proof.threshold)))
  return (
    <Card title="What may it cost?">
      <div className="stack">
        <Gauge
          name="Credit"
          share={share}
          words={`${sayCount(Math.round(credit.spent * 10) / 10)} of ${sayCount(Math.round(credit.limit * 10) / 10)}`}
          tone={share > 0.9 && !proof.proven ? 'partial' : 'accent'}
        />
        <p className="muted">{credit.sentence}</p>
        <Gauge
          name="Proof that it helps"
          share={way}
          words={proof.proven ? 'proven' : oddsOf(proof)}
          tone={proof.proven ? 'succeeded' : 'accent'}
        />
        <p className="muted">{proof.sentence}</p>
        {proof.events.length > 0 && (
          <ul className="plain-list muted">
            {proof.events.slice(-3).map(({ session, sentence }) => (
              <li key={`${session} ${sentence}`}>
                At session {sayCount(session)}: {sentence}.
              </li>
            ))}
          </ul>
        )}
        <Sources learner={learner} />
      </div>
    </Card>
  )
}

/** "12 to 1, 40 are asked for". */
const oddsOf = ({ evidence, threshold }: Learner['safety']['proof']): string =>
  `${evidence > 1 ? sayOdds(evidence) : 'nothing yet'}, ${Math.round(threshold)} to 1 is asked for`

interface GaugeProps {
  readonly name: string
  readonly share: number
  readonly words: string
  readonly tone: string
}

function Gauge({ name, share, words, tone }: GaugeProps) {
  return (
    <div className="gauge">
      <div className="row">
        <span>{name}</span>
        <span className="number push">{words}</span>
      </div>
      <div
        className="gauge-bar"
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={words}
      >
        <span style={{ width: `${share * 100}%`, background: `var(--${tone})` }} />
      </div>
    </div>
  )
}

function Sources({ learner: { tally, damage, unsigned } }: { learner: Learner }) {
  const passed = Object.entries(tally.passed)
  const left = passed.reduce((sum, [, count]) => sum + count, 0)
  return (
    <dl className="learning-sources">
      {Object.entries(tally.taught).map(([source, count]) => (
        <div key={source}>
          <dt>{capital(sourceNames[source] ?? source)}</dt>
          <dd className="number">{sayCount(count)}</dd>
        </div>
      ))}
      {left > 0 && (
        <div title={passed.map(([reason, count]) => `${reason}: ${count}`).join('\n')}>
          <dt>Left out ({passed.map(([reason]) => reason.replaceAll('-', ' ')).join(', ')})</dt>
          <dd className="number">{sayCount(left)}</dd>
        </div>
      )}
      {tally.due > 0 && (
        <div>
          <dt>Not looked at yet</dt>
          <dd className="number">{sayCount(tally.due)}</dd>
        </div>
      )}
      {unsigned > 0 && (
        <div>
          <dt>With a choice that was not made here: only what came of it counts</dt>
          <dd>{sayCount(unsigned)}</dd>
        </div>
      )}
      {damage !== null && (
        <div className="tone-failed">
          <dt>Damaged on {damage.at.slice(0, 10)}, set aside and made anew</dt>
          <dd />
        </div>
      )}
    </dl>
  )
}
