import { Segments } from '../parts/segments.tsx'
import { Check, Figure, Line, Select } from './option-parts.tsx'
import { lensNames, sensors, type Choices } from './track-options.ts'

interface CameraOptionsProps {
  readonly choices: Choices
  readonly set: (part: Partial<Choices>) => void
  /** The focal length may be read from the file. */
  readonly hasFile: boolean
}

/** Focal length, film back, zoom and lens; a solve by itself takes them too. */
export function CameraOptions({ choices, set, hasFile }: CameraOptionsProps) {
  const hasLens = choices.lens !== 'auto' && choices.lens !== 'none'
  return (
    <>
      <Line title="Focal">
        <span className="row">
          <Figure
            label="Focal length"
            value={choices.focalUnit === 'metadata' ? '' : choices.focal}
            placeholder="auto"
            onChange={(focal) => set({ focal })}
          />
          <Select
            label="Unit of the focal length"
            value={choices.focalUnit}
            items={[['mm', 'mm'], ['px', 'px'], ...(hasFile ? [['metadata', 'from file'] as const] : [])]}
            onChange={(unit) => set({ focalUnit: unit === 'metadata' || unit === 'px' ? unit : 'mm' })}
          />
        </span>
      </Line>
      {choices.focal !== '' && choices.focalUnit !== 'metadata' && (
        <Check
          title="Fixed"
          note="the focal length is exact"
          isOn={choices.focalIsExact}
          onChange={(focalIsExact) => set({ focalIsExact })}
        />
      )}
      <Line title="Sensor">
        <span className="row">
          <Select
            label="Sensor"
            value={choices.sensor}
            items={[
              ['', 'Not known'],
              ...sensors.map(([name, width]) => [name, `${name}, ${width} mm`] as const),
              ['own', 'Other…'],
            ]}
            onChange={(sensor) => {
              const width = sensors.find(([name]) => name === sensor)?.[1]
              set({ sensor, sensorWidthMm: width === undefined ? '' : String(width) })
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
