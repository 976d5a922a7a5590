import { useId } from 'react'

interface WhenFieldsProps {
  readonly when: string
  readonly zone: string
  readonly onWhen: (when: string) => void
  readonly onZone: (zone: string) => void
}

const examples = ['hourly at :15', 'daily at 03:00', 'weekly on sunday at 03:00', 'monthly on day 1 at 03:00']

/** When something is due, in words, and by whose clock. */
export function WhenFields({ when, zone, onWhen, onZone }: WhenFieldsProps) {
  const [times, zones] = [useId(), useId()]
  return (
    <div className="columns two">
      <label className="labelled">
        <span>When</span>
        <input className="field" list={times} required value={when} onChange={(event) => onWhen(event.target.value)} />
        <datalist id={times}>
          {examples.map((example) => (
            <option key={example} value={example} />
          ))}
        </datalist>
        <small>as in “weekly on sunday at 03:00”; a time that was missed is made up for once</small>
      </label>
      <label className="labelled">
        <span>Clock of</span>
        <input className="field" list={zones} required value={zone} onChange={(event) => onZone(event.target.value)} />
        <datalist id={zones}>
          {Intl.supportedValuesOf('timeZone').map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
    </div>
  )
}
