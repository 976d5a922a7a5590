import { useState } from 'react'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { type ScheduleChange, type TaskState, useSetSchedule } from './care-api.ts'
import { taskTitles } from './care-words.tsx'
import { WhenFields } from './when-fields.tsx'

const keptUsually = { newest: 7, daily: 14, weekly: 8 }
const keepWords = {
  newest: 'newest',
  daily: 'days, the newest of each',
  weekly: 'weeks, the newest of each',
} as const

/** When a task is due; of backups also where to and how many. */
export function ScheduleDialog({ state, onClose }: { state: TaskState; onClose: () => void }) {
  const { task } = state
  const [when, setWhen] = useState(state.when)
  const [zone, setZone] = useState(state.zone)
  const [folder, setFolder] = useState(state.plan?.folder ?? '')
  const [keep, setKeep] = useState({ ...keptUsually, ...state.plan?.keep })
  const set = useSetSchedule(task)
  const formId = 'schedule'
  const change = (): ScheduleChange => {
    if (task !== 'backup') return { when, zone }
    return { when, zone, plan: { folder: folder.trim() === '' ? null : folder.trim(), keep } }
  }
  return (
    <Dialog
      title={`${taskTitles[task]} by the clock`}
      onClose={onClose}
      foot={
        <button type="submit" form={formId} className="button primary" disabled={set.isPending}>
          {state.on ? 'Save' : 'Save and switch on'}
        </button>
      }
    >
      <form
        id={formId}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          set.mutate(change(), { onSuccess: onClose })
        }}
      >
        <WhenFields when={when} zone={zone} onWhen={setWhen} onZone={setZone} />
        {task === 'backup' && (
          <>
            <label className="labelled">
              <span>Folder</span>
              <input
                className="field"
                placeholder="backups, in the data directory"
                spellCheck={false}
                value={folder}
                onChange={(event) => setFolder(event.target.value)}
              />
              <small>an absolute path on the machine of the engine; another disk survives what this one does not</small>
            </label>
            <fieldset className="labelled">
              <legend>Keep of the backups the</legend>
              <div className="columns three">
                {(Object.keys(keepWords) as (keyof typeof keepWords)[]).map((name) => (
                  <label key={name} className="labelled">
                    <input
                      className="field"
                      type="number"
                      min={name === 'newest' ? 1 : 0}
                      max={10_000}
                      required
                      aria-label={`Keep: ${keepWords[name]}`}
                      value={keep[name]}
                      onChange={(event) => setKeep({ ...keep, [name]: event.target.valueAsNumber || 0 })}
                    />
                    <small>{keepWords[name]}</small>
                  </label>
                ))}
              </div>
            </fieldset>
          </>
        )}
        {set.error && <ProblemBox error={set.error} />}
      </form>
    </Dialog>
  )
}
