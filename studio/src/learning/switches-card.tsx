import { useState } from 'react'
import { Card } from '../parts/card.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Switch } from '../parts/switch.tsx'
import { type Status, useRebuild, useReset, useSwitch } from './learn-api.ts'

const switches = [
  [
    'recordSessions',
    'Record sessions',
    'settings, tracks and outcome; no pictures, no paths',
    'off: nothing is written',
  ],
  ['recordEdits', 'Record my edits', 'what you delete, move and add, and why', 'off: nothing is written'],
  ['learnFromSessions', 'Learn from sessions', 'and use what was learned', 'off: every run uses the default settings'],
  ['learnFromEdits', 'Learn from my edits', 'what you take out counts against the settings', 'off: edits do not count'],
  [
    'learnFromImports',
    'Learn from imports',
    'what others recorded counts a little, within a cap',
    'off: they do not count',
  ],
] as const

/** What may be recorded and learned from, and the way back. */
export function SwitchesCard({ status }: { status: Status }) {
  const set = useSwitch()
  const rebuild = useRebuild()
  const [isResetting, setResetting] = useState(false)
  const shown = { ...status.switches, ...(set.isPending ? set.variables : {}) }
  return (
    <Card title="Switches">
      <div className="stack">
        <div className="stack tight">
          {switches.map(([name, title, note, off]) => (
            <Switch
              key={name}
              title={title}
              note={note}
              off={off}
              isOn={shown[name] ?? true}
              isKnown
              onChange={(isOn) => set.mutate({ [name]: isOn })}
            />
          ))}
        </div>
        {(set.error ?? rebuild.error) && <ProblemBox error={set.error ?? rebuild.error} />}
        <div className="row wrap">
          <button
            type="button"
            className="button small"
            disabled={rebuild.isPending}
            onClick={() => rebuild.mutate()}
            title="Learn everything anew from the sessions that there are"
          >
            {rebuild.isPending ? 'Learning…' : 'Learn again from all sessions'}
          </button>
          <button type="button" className="button small quiet push" onClick={() => setResetting(true)}>
            Forget what was learned…
          </button>
        </div>
        {rebuild.data && (
          <p className="muted" role="status">
            {rebuild.data.taught} taught, {rebuild.data.passedOver} say nothing.
          </p>
        )}
      </div>
      {isResetting && <ResetLearning onClose={() => setResetting(false)} />}
    </Card>
  )
}

function ResetLearning({ onClose }: { onClose: () => void }) {
  const reset = useReset()
  return (
    <Dialog
      title="Forget what was learned"
      onClose={onClose}
      foot={
        <>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className="button danger"
            disabled={reset.isPending}
            onClick={() => reset.mutate(undefined, { onSuccess: onClose })}
          >
            {reset.isPending ? 'Forgetting…' : 'Forget it'}
          </button>
        </>
      }
    >
      <div className="stack">
        <p>
          Runs then use the settings that the program came with, and learn anew from what is recorded from now on. The
          sessions stay; “Learn again from all sessions” brings back what they teach.
        </p>
        {reset.error && <ProblemBox error={reset.error} />}
      </div>
    </Dialog>
  )
}
