import { Card } from '../parts/card.tsx'
import { Icon } from '../parts/icon.tsx'
import type { Learner } from './learn-api.ts'
import { MeasureChart } from './learning-charts.tsx'
import { capital, sayMeasure } from './learning-words.ts'

/** The four measures of success, over time and lately. */
export function MeasuresCard({ learner: { measures, progress } }: { learner: Learner }) {
  return (
    <Card title="How it goes">
      <div className="measures">
        {measures.map(({ name, words, unit, goal, value, met }) => {
          const aim = 'above' in goal ? goal.above : goal.below
          return (
            <div key={name} className="measure">
              <div className="row">
                <strong className="measure-value">{sayMeasure(value, unit)}</strong>
                {met !== null && (
                  <span className={`badge ${met ? 'tone-succeeded' : 'tone-partial'}`}>
                    <Icon name={met ? 'check' : 'warn'} size={12} />
                    {met ? '' : 'aim: '}
                    {'above' in goal ? 'over' : 'under'} {sayMeasure(aim, unit)}
                  </span>
                )}
              </div>
              <p className="muted">{capital(words)}</p>
              <MeasureChart points={progress.points} name={name} unit={unit} goal={aim} />
            </div>
          )
        })}
      </div>
    </Card>
  )
}
