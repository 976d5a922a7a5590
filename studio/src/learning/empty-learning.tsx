import { Icon } from '../parts/icon.tsx'
import { Link } from '../route/link.tsx'

const steps = [
  ['Record', 'Every run of Track leaves its settings, tracks and outcome. Failures teach as much as successes.'],
  [
    'Learn',
    'A setting needs three sessions of its kind, 70 % confidence and a gain before any run uses it in place of the default.',
  ],
  [
    'Compare',
    'A coin keeps the default in every second run, so that what learning is worth is measured and not believed.',
  ],
  ['Stay safe', 'Runs that are not proven draw on a small credit. What turns out worse is taken back by itself.'],
] as const

/** What will be here, and what it takes. */
export function EmptyLearning() {
  return (
    <section className="card learning-empty" aria-label="How learning works">
      <div className="learning-empty-head">
        <Icon name="learning" size={28} />
        <div>
          <h2>Nothing was learned yet</h2>
          <p className="muted">
            Until there is evidence every run uses the default settings. <Link to="/track">Track a clip</Link> or{' '}
            <Link to="/transfer">import sessions</Link> to begin.
          </p>
        </div>
      </div>
      <ol className="learning-steps">
        {steps.map(([title, words]) => (
          <li key={title}>
            <strong>{title}</strong>
            <span className="muted">{words}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
