import type { GuiAction } from '#domains/gui/session.ts'
import { sayDuration, sayMany } from '../../data/say.ts'
import { Facts } from '../../parts/facts.tsx'
import { matchNote, type Mark, type Step } from './marks.ts'

interface StepFactsProps {
  readonly step: Step
  readonly marks: readonly Mark[]
  readonly hovered: string | null
  readonly onHover: (id: string | null) => void
}

/** All about one step: its states, what it looked for, what it clicked, how it went. */
export function StepFacts({ step, marks, hovered, onHover }: StepFactsProps) {
  const { action } = step
  const drawn = new Set(marks.map(({ id }) => id))
  if (!action) return null
  const rows = [
    ...(action.matches ?? []).map((match, i) => ({
      id: `match-${i}`,
      kind: match.found ? 'found' : 'missed',
      label: match.name ?? match.imageId ?? 'template',
      note: matchNote(match),
    })),
    ...(action.clicks ?? []).map((click, i) => ({
      id: `click-${i}`,
      kind: 'click',
      label: 'click',
      note: `at ${Math.round(click.location.x)}, ${Math.round(click.location.y)}${click.by ? ` by the ${click.by}` : ''}`,
    })),
  ]
  return (
    <div className="step-facts">
      <Facts
        domain="gui"
        facts={[
          ['Action', `${action.type}${action.name ? `: ${action.name}` : ''}`, 'telemetry.actions.type'],
          [
            'Target',
            action.target ? [action.target.kind, action.target.label].filter(Boolean).join(': ') : null,
            'telemetry.actions.target',
          ],
          ['States', <States key="states" action={action} />, 'telemetry.actions.statesBefore'],
          [
            'Took',
            typeof action.durationMs === 'number' ? sayDuration(action.durationMs) : null,
            'telemetry.actions.durationMs',
          ],
          ['Retries', action.retries ? String(action.retries) : null, 'telemetry.actions.retries'],
          [
            'Typed',
            action.typed ? `${sayMany(action.typed.lengthChars, 'character')} (${action.typed.class})` : null,
            'telemetry.actions.typed',
          ],
          [
            'Error',
            action.error ? (
              <span key="error" className="tone-failed">
                {action.error.message}
              </span>
            ) : null,
            'telemetry.actions.error',
          ],
        ]}
      />
      {rows.length > 0 && (
        <ul className="mark-rows" aria-label="Matches and clicks">
          {rows.map(({ id, kind, label, note }) => (
            <li
              key={id}
              className={`mark-row${id === hovered ? ' hovered' : ''}`}
              tabIndex={0}
              onPointerEnter={() => onHover(id)}
              onPointerLeave={() => onHover(null)}
              onFocus={() => onHover(id)}
              onBlur={() => onHover(null)}
            >
              <span className={`swatch mark-${kind}`} />
              <strong className="cut">{label}</strong>
              <span className="muted cut">{note}</span>
              {!drawn.has(id) && <span className="faint push">not on this screenshot</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** The states before, and what changed. */
function States({ action }: { action: GuiAction }) {
  const before = action.statesBefore ?? []
  const after = action.statesAfter ?? before
  const all = [...new Set([...before, ...after])]
  if (all.length === 0) return <span className="faint">none known</span>
  return (
    <span className="row wrap">
      {all.map((name) => {
        const isNew = !before.includes(name)
        const isGone = !after.includes(name)
        return (
          <span key={name} className={`badge${isNew ? ' state-new' : ''}${isGone ? ' state-gone' : ''}`}>
            {isNew ? '+ ' : isGone ? '− ' : ''}
            {name}
          </span>
        )
      })}
    </span>
  )
}
