import { useState } from 'react'
import { sayCount, sayMany } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { Segments } from '../parts/segments.tsx'
import type { Learner } from './learn-api.ts'
import { CurveChart, GainChart, LiveChart } from './learning-charts.tsx'
import { sayInterval, sayOutcome, saySigned } from './learning-words.ts'

type Shown = 'live' | 'curve' | 'gain'

const abouts: Readonly<Record<Shown, string>> = {
  live: 'Mean outcome of runs in which a coin fell on what was learned, and on the default; bands hold nine chances in ten.',
  curve: 'Mean outcome of first tries over time, whatever chose their settings.',
  gain: 'What runs that did not use the default brought above what the default was expected to, in good results, summed.',
}

/** Is it worth it: learned against default, by the coin. */
export function WorthCard({ learner }: { learner: Learner }) {
  const { worth, progress } = learner
  const isCompared = progress.live.length > 0
  const [chosen, setShown] = useState<Shown | null>(null)
  const shown = chosen ?? (isCompared ? 'live' : 'curve')
  return (
    <Card
      title="Is it worth it?"
      head={
        <Segments
          label="Chart"
          value={shown}
          onChange={setShown}
          choices={[
            ['live', 'Against the default'],
            ['curve', 'Over time'],
            ['gain', 'Gain'],
          ]}
        />
      }
    >
      <div className="stack tight">
        <p className="worth-sentence">{worth.sentence}</p>
        {shown === 'live' && !isCompared ? (
          <p className="empty small">
            No learned setting has been held against the default yet. That begins with the first one that has the
            evidence.
          </p>
        ) : shown !== 'live' && progress.points.length === 0 ? (
          <p className="empty small">
            No run was made here yet: what was imported says nothing of how this learner does.
          </p>
        ) : shown === 'live' ? (
          <LiveChart points={progress.live} />
        ) : shown === 'curve' ? (
          <CurveChart points={progress.points} />
        ) : (
          <GainChart points={progress.points} gained={progress.gained} />
        )}
        <p className="faint small">{abouts[shown]}</p>
        <Estimates worth={worth} />
      </div>
    </Card>
  )
}

/** The same question by weighing all logged choices. */
function Estimates({ worth }: Pick<Learner, 'worth'>) {
  const { coin, learned, base } = worth
  const rows = [
    ['By the coin', sayOutcome(coin.first), sayOutcome(coin.second), coin.robust ?? coin.difference] as const,
    ['Weighing choices (SNIPS)', sayInterval(learned.snips), sayInterval(base.snips), null] as const,
    ['Doubly robust', sayInterval(learned.doublyRobust), sayInterval(base.doublyRobust), null] as const,
  ]
  return (
    <details>
      <summary>
        Estimates, from {sayMany(learned.sessions, 'session')} of {sayMany(learned.groups, 'clip')}
      </summary>
      <div className="scroll-x">
        <table className="plain">
          <thead>
            <tr>
              <th>How</th>
              <th>Always as learned</th>
              <th>Always the default</th>
              <th>Difference</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([how, one, other, apart]) => (
              <tr key={how}>
                <td>{how}</td>
                <td className="number">{one}</td>
                <td className="number">{other}</td>
                <td className="number">{apart === null ? '–' : sayInterval(apart, saySigned)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="faint small">
        Left out of weighing: {sayCount(learned.leftOut.noPropensity)} without a logged chance,{' '}
        {sayCount(learned.leftOut.retries)} retries, {sayCount(learned.leftOut.raced)} raced. The weights are worth{' '}
        {sayMany(Math.round(learned.effective), 'session')}
        {learned.effective < 30 ? ': too few to resolve anything.' : '.'}
      </p>
    </details>
  )
}
