import { usePlace } from '../route/location.ts'
import { usePreferences, useSetPreferences, useTrackSummary } from './track-api.ts'

/** What was captured, learned and applied, in a line each. */
export function RecordLines() {
  const { project } = usePlace()
  const { data } = useTrackSummary(project)
  return (
    <ul className="record-lines muted">
      {(['captured', 'learned', 'applied'] as const).map((name) => (
        <li key={name}>{data?.[name] ?? '\u00a0'}</li>
      ))}
    </ul>
  )
}

/** The two switches; off writes nothing. */
export function RecordSwitches() {
  const { data } = usePreferences()
  const set = useSetPreferences()
  const { recordSessions = true, recordEdits = true } = set.variables && set.isPending ? set.variables : (data ?? {})
  const change = (part: { recordSessions?: boolean; recordEdits?: boolean }) =>
    set.mutate({ recordSessions, recordEdits, ...part })
  return (
    <div className="stack tight">
      <Switch
        title="Record sessions"
        note="settings, tracks and outcome; no pictures, no paths"
        isOn={recordSessions}
        isKnown={data !== undefined}
        onChange={(isOn) => change({ recordSessions: isOn })}
      />
      <Switch
        title="Learn from my edits"
        note="what you delete, move and add, and why"
        isOn={recordEdits}
        isKnown={data !== undefined}
        onChange={(isOn) => change({ recordEdits: isOn })}
      />
      {set.error && <p className="tone-failed">This could not be saved.</p>}
    </div>
  )
}

interface SwitchProps {
  readonly title: string
  readonly note: string
  readonly isOn: boolean
  readonly isKnown: boolean
  readonly onChange: (isOn: boolean) => void
}

function Switch({ title, note, isOn, isKnown, onChange }: SwitchProps) {
  return (
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        disabled={!isKnown}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>
        {title}
        <small className="faint">{isOn ? note : 'off: nothing is written'}</small>
      </span>
    </label>
  )
}
