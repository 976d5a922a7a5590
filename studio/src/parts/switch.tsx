interface SwitchProps {
  readonly title: string
  readonly note: string
  /** Said in its place while it is off. */
  readonly off?: string
  readonly isOn: boolean
  readonly isKnown: boolean
  readonly onChange: (isOn: boolean) => void
}

/** On or off, with what it means beneath. */
export function Switch({ title, note, off, isOn, isKnown, onChange }: SwitchProps) {
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
        <small className="faint">{isOn ? note : (off ?? note)}</small>
      </span>
    </label>
  )
}
