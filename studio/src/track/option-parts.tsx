import { useId, type ReactNode } from 'react'

/** A name, and the fields beside it. */
export function Line({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="option-line">
      <span className="muted">{title}</span>
      {children}
    </div>
  )
}

export function Check(props: { title: string; note: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  const id = useId()
  return (
    <div className="option-line">
      <label className="muted" htmlFor={id}>
        {props.title}
      </label>
      <span className="row">
        <input
          id={id}
          type="checkbox"
          checked={props.isOn}
          onChange={(event) => props.onChange(event.target.checked)}
        />
        <span className="faint">{props.note}</span>
      </span>
    </div>
  )
}

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

export function Figure({ label, value, placeholder, onChange }: FieldProps & { readonly placeholder: string }) {
  return (
    <input
      className="field small figure"
      aria-label={label}
      inputMode="decimal"
      placeholder={placeholder}
      value={value}
      onChange={(event) => onChange(event.target.value.trim())}
    />
  )
}

export function Select({
  label,
  value,
  items,
  onChange,
}: FieldProps & { readonly items: readonly (readonly [string, string])[] }) {
  return (
    <select
      className="field small grow"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {items.map(([name, title]) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </select>
  )
}
