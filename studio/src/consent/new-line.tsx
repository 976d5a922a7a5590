import { useState } from 'react'
import { type ConsentScope, consentScopes } from '#core/consent.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Segments } from '../parts/segments.tsx'
import { useAppend } from './consent-api.ts'

interface NewLineProps {
  readonly project: string
  /** '' = to be typed. */
  readonly contributor: string
  readonly decision: 'granted' | 'withdrawn'
  readonly onClose: () => void
}

const scopeWords: Readonly<Record<ConsentScope, string>> = {
  collect: 'may be kept here',
  train: 'may go into datasets',
  share: 'may leave to others, with the pseudonym',
}

/** A line of the ledger: somebody agreed to something, or took it back. */
export function NewLine({ project, contributor: given, decision: first, onClose }: NewLineProps) {
  const [decision, setDecision] = useState(first)
  const [contributor, setContributor] = useState(given)
  const [scopes, setScopes] = useState<readonly ConsentScope[]>(
    first === 'withdrawn' ? ['train', 'share'] : ['collect', 'train'],
  )
  const [text, setText] = useState('')
  const append = useAppend()
  const formId = 'consent-line'
  const isGrant = decision === 'granted'
  const send = () =>
    append.mutate(
      {
        project,
        contributor: contributor.trim() === '' ? null : contributor.trim(),
        session: null,
        decision,
        scopes: [...scopes],
        text: text.trim() === '' ? null : text.trim(),
      },
      { onSuccess: onClose },
    )
  return (
    <Dialog
      title={given === '' ? 'A line of the ledger' : `Withdraw the consent of ${given}`}
      onClose={onClose}
      foot={
        <button
          type="submit"
          form={formId}
          className="button primary"
          disabled={scopes.length === 0 || append.isPending}
        >
          {isGrant ? 'Write it down' : 'Withdraw it'}
        </button>
      }
    >
      <form
        id={formId}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        {given === '' && (
          <Whose
            project={project}
            decision={decision}
            contributor={contributor}
            onDecision={setDecision}
            onContributor={setContributor}
          />
        )}
        <ScopeFields
          legend={isGrant ? 'Agreed that the sessions' : 'No longer that the sessions'}
          value={scopes}
          onChange={setScopes}
        />
        <label className="labelled">
          <span>{isGrant ? 'The words that were agreed to' : 'Why, or in which words'}</span>
          <textarea
            className="field"
            rows={4}
            maxLength={20_000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {!isGrant && (
          <p className="muted">
            From now on these sessions are left out where a dataset is committed or exported. What left before cannot be
            called back; forgetting names those exports.
          </p>
        )}
        {append.error && <ProblemBox error={append.error} />}
      </form>
    </Dialog>
  )
}

interface WhoseProps {
  readonly project: string
  readonly decision: NewLineProps['decision']
  readonly contributor: string
  readonly onDecision: (decision: NewLineProps['decision']) => void
  readonly onContributor: (contributor: string) => void
}

function Whose({ project, decision, contributor, onDecision, onContributor }: WhoseProps) {
  return (
    <>
      <div>
        <Segments
          label="What was said"
          value={decision}
          onChange={onDecision}
          choices={[
            ['granted', 'Agreed'],
            ['withdrawn', 'Withdrew'],
          ]}
        />
      </div>
      <label className="labelled">
        <span>Contributor</span>
        <input
          className="field"
          maxLength={200}
          placeholder={`everybody in project ${project}`}
          value={contributor}
          onChange={(event) => onContributor(event.target.value)}
        />
        <small>the pseudonym in the sessions; empty: the owner speaks for the whole project</small>
      </label>
    </>
  )
}

interface ScopeFieldsProps {
  readonly legend: string
  readonly value: readonly ConsentScope[]
  readonly onChange: (scopes: readonly ConsentScope[]) => void
}

function ScopeFields({ legend, value, onChange }: ScopeFieldsProps) {
  return (
    <fieldset className="labelled">
      <legend>{legend}</legend>
      {consentScopes.map((scope) => (
        <label key={scope} className="row">
          <input
            type="checkbox"
            checked={value.includes(scope)}
            onChange={(event) =>
              onChange(event.target.checked ? [...value, scope] : value.filter((each) => each !== scope))
            }
          />
          <span>
            {scopeWords[scope]} <span className="faint">({scope})</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
