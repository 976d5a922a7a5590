import { useState } from 'react'
import { sayDay, sayMany } from '../data/say.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { type RetentionPreview, type RetentionRule, type TaskState, usePreview, useSetSchedule } from './care-api.ts'
import { WhenFields } from './when-fields.tsx'

const newRule: RetentionRule = { query: '', olderThanDays: 365, action: 'archive' }
const actionWords: Readonly<Record<RetentionRule['action'], string>> = {
  archive: 'moved into an archive, and can be brought back',
  forget: 'erased everywhere, which cannot be undone',
}
const actions = Object.keys(actionWords) as RetentionRule['action'][]

/** The rules of retention. They are switched on only after what they would take today was looked at. */
export function RetentionDialog({ state, onClose }: { state: TaskState; onClose: () => void }) {
  const [rules, setRules] = useState<RetentionRule[]>(
    state.plan?.rules?.map((rule) => ({ ...newRule, ...rule })) ?? [newRule],
  )
  const [when, setWhen] = useState(state.when)
  const [zone, setZone] = useState(state.zone)
  const preview = usePreview()
  const set = useSetSchedule('retention')
  const change = (next: RetentionRule[]) => {
    setRules(next)
    preview.reset()
  }
  const shown = preview.data
  return (
    <Dialog
      title="Rules of retention"
      onClose={onClose}
      foot={
        shown ? (
          <button
            type="button"
            className="button danger"
            disabled={set.isPending}
            onClick={() => set.mutate({ when, zone, plan: { rules }, shown: shown.shown }, { onSuccess: onClose })}
          >
            {state.on ? 'Use these rules' : 'Switch these rules on'}
          </button>
        ) : (
          <button
            type="button"
            className="button primary"
            disabled={preview.isPending}
            onClick={() => preview.mutate(rules)}
          >
            {preview.isPending ? 'Looking…' : 'Show what they would take today'}
          </button>
        )
      }
    >
      <div className="stack">
        {rules.map((rule, i) => (
          <Rule
            // Rules have no name of their own, and their place is what tells them apart.
            key={i}
            rule={rule}
            onChange={(next) => change(rules.map((each, at) => (at === i ? next : each)))}
            onRemove={rules.length > 1 ? () => change(rules.filter((_, at) => at !== i)) : null}
          />
        ))}
        <div>
          <button type="button" className="button small" onClick={() => change([...rules, newRule])}>
            Another rule
          </button>
        </div>
        <WhenFields when={when} zone={zone} onWhen={setWhen} onZone={setZone} />
        {shown && <Preview preview={shown} />}
        {(preview.error ?? set.error) && <ProblemBox error={preview.error ?? set.error} />}
      </div>
    </Dialog>
  )
}

interface RuleProps {
  readonly rule: RetentionRule
  readonly onChange: (rule: RetentionRule) => void
  readonly onRemove: (() => void) | null
}

function Rule({ rule, onChange, onRemove }: RuleProps) {
  return (
    <fieldset className="retention-rule">
      <label className="labelled">
        <span>Sessions older than, in days</span>
        <input
          className="field"
          type="number"
          min={1}
          max={36_500}
          value={rule.olderThanDays}
          onChange={(event) => onChange({ ...rule, olderThanDays: Math.max(1, event.target.valueAsNumber || 1) })}
        />
      </label>
      <label className="labelled">
        <span>of those that fit</span>
        <input
          className="field"
          spellCheck={false}
          placeholder="all; or project=demo&domain=gui"
          value={rule.query ?? ''}
          onChange={(event) => onChange({ ...rule, query: event.target.value.trim() })}
        />
      </label>
      {onRemove && (
        <button type="button" className="button small quiet" onClick={onRemove}>
          Remove this rule
        </button>
      )}
      <label className="labelled">
        <span>are</span>
        <select
          className="field"
          value={rule.action}
          onChange={(event) =>
            onChange({ ...rule, action: actions.find((action) => action === event.target.value) ?? rule.action })
          }
        >
          {actions.map((action) => (
            <option key={action} value={action}>
              {actionWords[action]}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  )
}

function Preview({ preview }: { preview: RetentionPreview }) {
  return (
    <div role="status" className="stack tight">
      <h3>Today these rules would take</h3>
      <ul className="stack tight">
        {preview.rules.map(({ query, sessions, oldest, newest, action }, i) => (
          <li key={i} className={sessions === 0 ? 'muted' : action === 'forget' ? 'tone-failed' : undefined}>
            {sayMany(sessions, 'session')} {query === '' ? '' : `of ${query} `}
            {action === 'forget' ? 'for ever' : 'into an archive'}
            {oldest !== null && newest !== null && `, recorded from ${sayDay(oldest)} to ${sayDay(newest)}`}
          </li>
        ))}
      </ul>
    </div>
  )
}
