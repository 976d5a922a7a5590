import { Segments } from '../parts/segments.tsx'
import { Figure, Line, Select } from './option-parts.tsx'
import { lensNames, sensors, type Choices } from './track-options.ts'

interface CameraOptionsProps {
  readonly choices: Choices
  readonly set: (part: Partial<Choices>) => void
}

/** Focal length, film back, zoom and lens; a solve by itself takes them too. */
export function CameraOptions({ choices, set }: CameraOptionsProps) {
  const hasLens = choices.lens !== 'auto' && choices.lens !== 'none'
  return (
    <>
      <Line title="Focal length">
        <span className="row">
          <Figure
            label="Focal length"
            value={choices.focal}
            placeholder="find out"
            onChange={(focal) => set({ focal })}
          />
          <Select
            label="Unit of the focal length"
            value={choices.focalUnit}
            items={[
              ['mm', 'mm'],
              ['px', 'px'],
            ]}
            onChange={(unit) => set({ focalUnit: unit === 'px' ? 'px' : 'mm' })}
          />
          <label className="row check-mini" title="The focal length is exact: keep it">
            <input
              type="checkbox"
              checked={choices.focalIsExact}
              disabled={choices.focal === ''}
              onChange={(event) => set({ focalIsExact: event.target.checked })}
            />
            fixed
          </label>
        </span>
      </Line>
      <Line title="Sensor">
        <span className="row">
          <Select
            label="Sensor"
            value={choices.sensor}
            items={[...sensors.map(([name, width]) => [name, `${name}, ${width} mm`] as const), ['own', 'Other…']]}
            onChange={(sensor) => {
              const width = sensors.find(([name]) => name === sensor)?.[1]
              set({ sensor, ...(width !== undefined && { sensorWidthMm: String(width) }) })
            }}
          />
          {choices.sensor === 'own' && (
            <Figure
              label="Sensor width in millimetres"
              value={choices.sensorWidthMm}
              placeholder="mm"
              onChange={(sensorWidthMm) => set({ sensorWidthMm })}
            />
          )}
        </span>
      </Line>
      <Line title="Zoom">
        <Segments
          label="Zoom"
          value={choices.zoom}
          onChange={(zoom) => set({ zoom })}
          choices={[
            ['auto', 'Find out'],
            ['on', 'Zooms'],
            ['off', 'Fixed'],
          ]}
        />
      </Line>
      <Line title="Lens">
        <Select label="Lens" value={choices.lens} items={lensNames} onChange={(lens) => set({ lens })} />
      </Line>
      {hasLens && (
        <Line title="Coefficients">
          <input
            className="field small grow"
            aria-label="Coefficients of the lens"
            placeholder="-0.1 0.02"
            value={choices.coefficients}
            onChange={(event) => set({ coefficients: event.target.value })}
          />
        </Line>
      )}
    </>
  )
}
