import { sayFigure, sayPercent } from '../../data/say.ts'
import { Icon } from '../../parts/icon.tsx'
import type { AttemptFacts, ViewsProps } from '../track-data.ts'
import { changedSettings, comparedFigures } from './compare.ts'
import { sayName, sayValue } from './say-setting.ts'
import './views.css'
import { barOf, findingsOf, warnedOf, type Evidence, type Finding, type Warned } from './findings.ts'

type PanelProps = Pick<ViewsProps, 'session' | 'attempts' | 'solve'>

/** What was foretold and what was found, of any recorded attempt. */
export function Findings({ session }: Pick<ViewsProps, 'session'>) {
  const warned = warnedOf(session)
  return (
    <div className="stack">
      {warned && <Forecast warned={warned} />}
      <ol className="findings">
        {findingsOf(session).map((finding) => (
          <FindingItem key={finding.pattern + finding.sentence} finding={finding} />
        ))}
      </ol>
    </div>
  )
}

/** What was foretold, what went wrong and by which evidence, and what the next attempt made of it. */
export function DiagnosisPanel({ session, attempts, solve }: PanelProps) {
  const findings = findingsOf(session)
  const warned = warnedOf(session)
  const failed = (solve?.shots ?? []).flatMap((shot) => (shot.solved ? [] : [shot]))
  const at = attempts.findIndex((one) => one.session !== null && one.session === session?.id)
  const next = at >= 0 ? attempts[at + 1] : undefined
  const shown = attempts[at]
  return (
    <div className="stack">
      {warned && <Forecast warned={warned} />}
      {failed.map((shot) => (
        <p key={shot.fromFrame} className="problem">
          <Icon name="warn" />
          <span>
            Frames {shot.fromFrame} to {shot.toFrame} have no camera: {shot.why}
          </span>
        </p>
      ))}
      {findings.length === 0 ? (
        <p className="muted">
          {session
            ? 'Nothing was found to be wrong with this attempt.'
            : 'This attempt was not recorded, so its diagnosis was not kept.'}
        </p>
      ) : (
        <ol className="findings">
          {findings.map((finding) => (
            <FindingItem key={finding.pattern + finding.sentence} finding={finding} />
          ))}
        </ol>
      )}
      {shown && next && <NextAttempt shown={shown} next={next} />}
    </div>
  )
}

function Forecast({ warned: { probability, warnings } }: { readonly warned: Warned }) {
  return (
    <section className="stack tight">
      <h3>Before the solve</h3>
      {probability !== null && (
        <div className="row">
          <span className="meter">
            <span style={{ width: `${probability * 100}%` }} />
          </span>
          <span className="number">{sayPercent(probability)} likely to come out right</span>
        </div>
      )}
      {warnings.length > 0 && (
        <ul className="stack tight">
          {warnings.map((warning) => (
            <li key={warning} className="row tone-partial">
              <Icon name="warn" size={14} /> <span>{warning}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function FindingItem({ finding: { pattern, confidence, sentence, evidence, fix } }: { readonly finding: Finding }) {
  const fixes = Object.entries(fix)
  return (
    <li className="finding">
      <div className="row">
        <strong>{pattern.replaceAll('-', ' ')}</strong>
        {confidence !== null && <span className="tally">{sayPercent(confidence)}</span>}
      </div>
      <p>{sentence}</p>
      {evidence.length > 0 && (
        <table className="evidence">
          <caption className="hidden-label">Evidence</caption>
          <tbody>
            {evidence.map((one) => (
              <EvidenceRow key={one.name} evidence={one} />
            ))}
          </tbody>
        </table>
      )}
      {fixes.length > 0 && (
        <p className="muted">
          For the next attempt: {fixes.map(([name, value]) => `${sayName(name)} ${sayValue(value)}`).join(', ')}
        </p>
      )}
    </li>
  )
}

function EvidenceRow({ evidence }: { readonly evidence: Evidence }) {
  const { name, value, limit, unit } = evidence
  const bar = barOf(evidence)
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <span className="evidence-bar" aria-hidden="true">
          <span style={{ width: `${bar.value * 100}%` }} />
          <i style={{ left: `${bar.limit * 100}%` }} />
        </span>
      </td>
      <td className="number">
        {sayFigure(value, unit)} <span className="faint">limit {sayFigure(limit, unit)}</span>
      </td>
    </tr>
  )
}

function NextAttempt({ shown, next }: { readonly shown: AttemptFacts; readonly next: AttemptFacts }) {
  const changes = changedSettings(shown.settings, next.settings)
  const verdicts = comparedFigures(shown, next).filter(({ verdict }) => verdict === 'better' || verdict === 'worse')
  return (
    <section className="stack tight">
      <h3>What the next attempt made of it</h3>
      {next.reason && <p>{next.reason}</p>}
      {changes.length > 0 && (
        <p className="muted">
          Changed:{' '}
          {changes
            .map(({ name, before, after }) => `${sayName(name)} ${sayValue(before)} → ${sayValue(after)}`)
            .join(', ')}
        </p>
      )}
      <p>
        {verdicts.length === 0
          ? 'It came out the same.'
          : `It came out with ${verdicts.map(({ name, verdict }) => `${verdict} ${name.toLowerCase()}`).join(', ')}.`}
      </p>
    </section>
  )
}
