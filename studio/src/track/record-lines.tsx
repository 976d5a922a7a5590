import { Switch } from '../parts/switch.tsx'
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

const nothing = 'off: nothing is written'

/** The two switches; off writes nothing. */
export function RecordSwitches() {
  const { data } = usePreferences()
  const set = useSetPreferences()
  const { recordSessions = true, recordEdits = true } = { ...data, ...(set.isPending ? set.variables : {}) }
  return (
    <div className="stack tight">
      <Switch
        title="Record sessions"
        note="settings, tracks and outcome; no pictures, no paths"
        off={nothing}
        isOn={recordSessions}
        isKnown={data !== undefined}
        onChange={(isOn) => set.mutate({ recordSessions: isOn })}
      />
      <Switch
        title="Record my edits"
        note="what you delete, move and add, and why"
        off={nothing}
        isOn={recordEdits}
        isKnown={data !== undefined}
        onChange={(isOn) => set.mutate({ recordEdits: isOn })}
      />
      {set.error && <p className="tone-failed">This could not be saved.</p>}
    </div>
  )
}
