import { Segments } from '../parts/segments.tsx'
import { CameraOptions } from './camera-options.tsx'
import { Check, Figure, Line, Select } from './option-parts.tsx'
import { OwnTracks } from './own-tracks.tsx'
import {
  footageNames,
  motionModelNames,
  presetNames,
  saidChoices,
  usualChoices,
  type Choices,
} from './track-options.ts'

interface OptionsPanelProps {
  readonly choices: Choices
  readonly onChange: (choices: Choices) => void
  readonly frame: number
  readonly drawing: 'exclude' | 'include' | null
  readonly onDraw: (kind: 'exclude' | 'include' | null) => void
}

/** How to track: what nearly everybody wants stands open, all else is folded away and left to the program. */
export function OptionsPanel(props: OptionsPanelProps) {
  const { choices, onChange } = props
  const set = (part: Partial<Choices>) => onChange({ ...choices, ...part })
  const said = saidChoices(choices)
  return (
    <div className="stack options">
      <Line title="Preset">
        <Segments label="Preset" value={choices.preset} choices={presetNames} onChange={(preset) => set({ preset })} />
      </Line>
      <Line title="Footage">
        <Select
          label="Footage"
          value={choices.footage}
          items={footageNames}
          onChange={(footage) => set({ footage: footage as Choices['footage'] })}
        />
      </Line>
      <details className="fold">
        <summary>
          <span>More options</span>
          <span className="faint cut grow">{said.length > 0 ? said.join(', ') : 'all left to the program'}</span>
        </summary>
        <div className="stack fold-body">
          <EngineOptions choices={choices} set={set} />
          <CameraOptions choices={choices} set={set} hasFile />
          <RangeOptions choices={choices} set={set} frame={props.frame} />
          <MaskOptions {...props} set={set} />
          <OwnTracks file={choices.ownTracks} onFile={(ownTracks) => set({ ownTracks })} />
          <TrackerOptions choices={choices} set={set} />
          <button
            type="button"
            className="button small"
            disabled={said.length === 0 && choices.preset === 'balanced' && choices.footage === 'auto'}
            onClick={() => onChange(usualChoices)}
          >
            All as it was
          </button>
        </div>
      </details>
    </div>
  )
}

interface PartProps {
  readonly choices: Choices
  readonly set: (part: Partial<Choices>) => void
}

function EngineOptions({ choices, set }: PartProps) {
  return (
    <>
      <Line title="Engine">
        <Segments
          label="Engine"
          value={choices.engine}
          onChange={(engine) => set({ engine })}
          choices={[
            ['embedded', 'Built in'],
            ['blender', 'Blender'],
          ]}
        />
      </Line>
      <Check title="Tripod" note="the camera only turns" isOn={choices.tripod} onChange={(tripod) => set({ tripod })} />
      <Check title="Robust" note="for hard footage" isOn={choices.robust} onChange={(robust) => set({ robust })} />
    </>
  )
}

function RangeOptions({ choices, set, frame }: PartProps & { readonly frame: number }) {
  return (
    <Line title="Frames">
      <span className="row">
        <Figure label="First frame" value={choices.from} placeholder="first" onChange={(from) => set({ from })} />
        <Figure label="Last frame" value={choices.to} placeholder="last" onChange={(to) => set({ to })} />
        <button
          type="button"
          className="button small"
          title="From here (I)"
          onClick={() => set({ from: String(frame) })}
        >
          In
        </button>
        <button type="button" className="button small" title="To here (O)" onClick={() => set({ to: String(frame) })}>
          Out
        </button>
      </span>
    </Line>
  )
}

function MaskOptions({ choices, set, drawing, onDraw }: OptionsPanelProps & PartProps) {
  const { masks } = choices
  return (
    <Line title="Masks">
      <div className="stack tight grow">
        <span className="row">
          {(['exclude', 'include'] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              className="button small"
              aria-pressed={drawing === kind}
              onClick={() => onDraw(drawing === kind ? null : kind)}
            >
              {kind === 'exclude' ? 'Leave out' : 'Stay within'}
            </button>
          ))}
        </span>
        {drawing && (
          <small className="faint">Click corners on the picture; Enter or double click closes, Esc drops it.</small>
        )}
        {!drawing && masks.length > 0 && (
          <small className="faint">Drag a corner to move it; double click takes it out.</small>
        )}
        {masks.map((mask, i) => (
          // oxlint-disable-next-line react/no-array-index-key -- masks have no name but their place
          <span key={i} className="row">
            <span className="grow">
              {mask.exclude ? 'Left out' : 'Stay within'}, {mask.points.length} corners
            </span>
            <button
              type="button"
              className="button quiet small"
              aria-label={`Remove mask ${i + 1}`}
              onClick={() => set({ masks: masks.filter((_, at) => at !== i) })}
            >
              Remove
            </button>
          </span>
        ))}
      </div>
    </Line>
  )
}

function TrackerOptions({ choices, set }: PartProps) {
  const fields = [
    ['patternSize', 'Pattern px'],
    ['searchSize', 'Search px'],
    ['correlation', 'Match'],
    ['threshold', 'Threshold'],
    ['tracks', 'Tracks'],
    ['retries', 'Retries'],
    ['seed', 'Seed'],
  ] as const
  return (
    <>
      <div className="figure-grid">
        {fields.map(([name, title]) => (
          <label key={name} className="labelled">
            <span>{title}</span>
            <Figure
              label={title}
              value={choices[name]}
              placeholder="auto"
              onChange={(value) => set({ [name]: value })}
            />
          </label>
        ))}
        <label className="labelled">
          <span>Smoothing</span>
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={choices.smoothing}
            title={String(choices.smoothing)}
            onChange={(event) => set({ smoothing: Number(event.target.value) })}
          />
        </label>
      </div>
      <Line title="Model">
        <Select
          label="Motion model"
          value={choices.motionModel}
          items={[['', 'Choose by itself'], ...motionModelNames.map((name) => [name, name] as const)]}
          onChange={(motionModel) => set({ motionModel })}
        />
      </Line>
    </>
  )
}
