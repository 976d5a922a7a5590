import type { Option, OptionTable } from '#core/options.ts'

export type OptionInput = Readonly<Record<string, string | number | boolean | null>>

interface OptionFieldsProps {
  readonly table: OptionTable
  readonly values: OptionInput
  readonly onChange: (values: OptionInput) => void
}

/** A form made of a format's own option table; what is not touched keeps the format's default. */
export function OptionFields({ table, values, onChange }: OptionFieldsProps) {
  const entries = Object.entries(table)
  if (entries.length === 0) return <p className="faint">This format has no options.</p>
  return (
    <div className="stack">
      {entries.map(([name, option]) => (
        <OptionField
          key={name}
          name={name}
          option={option}
          value={values[name] ?? option.default}
          onChange={(value) => onChange({ ...values, [name]: value })}
        />
      ))}
    </div>
  )
}

interface OptionFieldProps {
  readonly name: string
  readonly option: Option
  readonly value: string | number | boolean | null
  readonly onChange: (value: string | number | boolean | null) => void
}

function OptionField({ name, option, value, onChange }: OptionFieldProps) {
  if (option.type === 'boolean') {
    return (
      <label className="row option-boolean">
        <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} />
        <span>
          {name} <small className="faint">{option.about}</small>
        </span>
      </label>
    )
  }
  return (
    <label className="labelled">
      <span>{option.type === 'number' && option.unit !== '' ? `${name} (${option.unit})` : name}</span>
      {option.type === 'choice' && (
        <select className="field" value={String(value)} onChange={(event) => onChange(event.target.value)}>
          {option.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
      {option.type === 'text' && (
        <input
          className="field"
          value={value === null ? '' : String(value)}
          onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
        />
      )}
      {option.type === 'number' && (
        <input
          className="field"
          type="number"
          min={option.min}
          max={option.max}
          step={option.integer ? 1 : 'any'}
          value={Number(value)}
          onChange={(event) => onChange(event.target.valueAsNumber)}
        />
      )}
      <small>{option.about}</small>
    </label>
  )
}
