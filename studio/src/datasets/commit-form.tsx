import { useState } from 'react'
import type { Request } from '#http/contract.ts'

export const commitFormId = 'commit'

const splits = ['train', 'val', 'test'] as const
type Shares = Readonly<Record<(typeof splits)[number], number>>

interface CommitFormProps {
  readonly onSubmit: (body: Request<'POST /api/v1/datasets/{name}/versions'>['body']) => void
}

/** How to split, and what to call it. Shares are asked in percent and must sum to 100. */
export function CommitForm({ onSubmit }: CommitFormProps) {
  const [shares, setShares] = useState<Shares>({ train: 80, val: 10, test: 10 })
  const [seed, setSeed] = useState(0)
  const [stratifyBy, setStratifyBy] = useState('')
  const [version, setVersion] = useState('')
  const [note, setNote] = useState('')
  const submit = () =>
    onSubmit({
      ...(version.trim() !== '' && { version: version.trim() }),
      plan: {
        shares: { train: shares.train / 100, val: shares.val / 100, test: shares.test / 100 },
        seed,
        stratifyBy: stratifyBy.trim() === '' ? null : stratifyBy.trim(),
      },
      note: note.trim() === '' ? null : note.trim(),
    })
  return (
    <form
      id={commitFormId}
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (sumOf(shares) === 100) submit()
      }}
    >
      <ShareFields shares={shares} onChange={setShares} />
      <div className="row">
        <label className="labelled grow">
          <span>Seed</span>
          <input
            className="field"
            type="number"
            min={0}
            step={1}
            value={seed}
            onChange={(event) => setSeed(Math.max(0, Math.floor(event.target.valueAsNumber || 0)))}
          />
        </label>
        <TextField
          label="Spread evenly by"
          placeholder="an attribute, or nothing"
          value={stratifyBy}
          onChange={setStratifyBy}
        />
        <TextField label="Version" placeholder="next" value={version} onChange={setVersion} />
      </div>
      <label className="labelled">
        <span>Note</span>
        <textarea
          className="field"
          rows={2}
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </label>
    </form>
  )
}

const sumOf = ({ train, val, test }: Shares): number => train + val + test

function ShareFields({ shares, onChange }: { shares: Shares; onChange: (shares: Shares) => void }) {
  const sum = sumOf(shares)
  return (
    <fieldset className="labelled">
      <legend>Split, in percent</legend>
      <div className="row">
        {splits.map((split) => (
          <label key={split} className="labelled grow">
            <span>{split}</span>
            <input
              className="field"
              type="number"
              min={0}
              max={100}
              value={shares[split]}
              onChange={(event) => onChange({ ...shares, [split]: event.target.valueAsNumber || 0 })}
            />
          </label>
        ))}
      </div>
      <small className={sum === 100 ? undefined : 'tone-failed'} role="status">
        {sum === 100
          ? 'What belongs together (a clip, a run, a chain of edits) is never split; earlier versions keep their parts.'
          : `These sum to ${sum}; they must sum to 100.`}
      </small>
    </fieldset>
  )
}

interface TextFieldProps {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function TextField({ label, placeholder, value, onChange }: TextFieldProps) {
  return (
    <label className="labelled grow">
      <span>{label}</span>
      <input
        className="field"
        placeholder={placeholder}
        maxLength={50}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}
