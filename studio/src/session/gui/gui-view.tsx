import { useMemo, useState } from 'react'
import type { GuiSession, Screen } from '#domains/gui/session.ts'
import { sayMany } from '../../data/say.ts'
import { Card } from '../../parts/card.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Segments } from '../../parts/segments.tsx'
import { useKeys } from '../../shell/use-keys.ts'
import { elementMarks, marksOf, screenOf, stepsOf, type Step } from './marks.ts'
import { ScreenStage } from './screen-stage.tsx'
import { StepFacts } from './step-facts.tsx'
import { StepList, Timeline } from './step-list.tsx'

/** One run of a workflow, step by step: what was on the screen, what was looked for, what was clicked. */
export function GuiView({ session }: { session: GuiSession }) {
  const steps = useMemo(() => stepsOf(session), [session])
  const [current, setCurrent] = useState(0)
  const [chosenScreen, setChosenScreen] = useState(0)
  const [withElements, setWithElements] = useState(false)
  const [hovered, setHovered] = useState<string | null>(null)
  const step = steps[current]
  const sha256 = step?.screens[Math.min(chosenScreen, step.screens.length - 1)]
  const screen = sha256 === undefined ? null : screenOf(session, sha256)
  const showElements = withElements || step?.action === null
  const marks = useMemo(() => {
    if (!step || !screen) return []
    return [...(showElements ? elementMarks(screen) : []), ...marksOf(session, step, screen)]
  }, [session, step, screen, showElements])
  const go = (index: number) => {
    setCurrent(Math.max(0, Math.min(steps.length - 1, index)))
    setHovered(null)
  }
  useKeys({ ArrowLeft: () => go(current - 1), ArrowRight: () => go(current + 1) })

  const failed = steps.filter(({ success }) => success === false).length
  return (
    <>
      <Card
        title="Run"
        flush
        head={
          <span className="muted">
            {sayMany(steps.length, 'step')}
            {failed > 0 && <span className="tone-failed">, {failed} failed</span>}
          </span>
        }
      >
        {!step ? (
          <p className="empty">No step was recorded.</p>
        ) : (
          <>
            <div>
              <div>
                {screen ? (
                  <ScreenStage screen={screen} marks={marks} hovered={hovered} onHover={setHovered} />
                ) : (
                  <div className="stage-room empty-stage">No screenshot was kept for this step.</div>
                )}
                <Timeline steps={steps} current={current} onGo={go} />
                <StepBar
                  steps={steps}
                  current={current}
                  screen={screen}
                  chosenScreen={chosenScreen}
                  onChooseScreen={setChosenScreen}
                  withElements={withElements}
                  onWithElements={setWithElements}
                />
              </div>
            </div>
            <div className="gui-columns">
              <StepList steps={steps} current={current} onGo={go} />
              <StepFacts step={step} marks={marks} hovered={hovered} onHover={setHovered} />
            </div>
          </>
        )}
      </Card>
      <Card title="Outcome">
        <RunFacts session={session} />
      </Card>
    </>
  )
}

interface StepBarProps {
  readonly steps: readonly Step[]
  readonly current: number
  readonly screen: Screen | null
  readonly chosenScreen: number
  readonly onChooseScreen: (index: number) => void
  readonly withElements: boolean
  readonly onWithElements: (on: boolean) => void
}

/** Beneath the screenshot: where in the run, which of the step's screenshots, what lies on it, and the active states. */
function StepBar({ steps, current, screen, chosenScreen, ...bar }: StepBarProps) {
  const screens = steps[current]?.screens ?? []
  const elements = screen?.elements?.length ?? 0
  return (
    <div className="stage-bar">
      <span className="number muted">
        Step {current + 1} of {steps.length}
      </span>
      {screens.length > 1 && (
        <Segments
          label="Screenshot"
          value={String(Math.min(chosenScreen, screens.length - 1))}
          onChange={(value) => bar.onChooseScreen(Number(value))}
          choices={screens.map((_, i) => [String(i), nameOf(i, screens.length)])}
        />
      )}
      {steps[current]?.action && elements > 0 && (
        <label className="row">
          <input
            type="checkbox"
            checked={bar.withElements}
            onChange={(event) => bar.onWithElements(event.target.checked)}
          />
          {sayMany(elements, 'known element')}
        </label>
      )}
      <span className="row push">
        {screen?.activeStates?.map((name) => (
          <span key={name} className="badge">
            {name}
          </span>
        ))}
      </span>
    </div>
  )
}

function nameOf(index: number, count: number): string {
  if (index === 0) return 'Before'
  return index === count - 1 ? 'After' : `Search ${index}`
}

function RunFacts({ session: { context, outcome } }: { session: GuiSession }) {
  return (
    <Facts
      domain="gui"
      facts={[
        ['Kind', context.kind, 'context.kind'],
        ['Application', context.app, 'context.app'],
        ['Workflow', context.workflows?.join(', ') ?? context.configName, 'context.workflows'],
        ['System', context.os, 'context.os'],
        ['Run', context.runId, 'context.runId'],
        ['Actions', outcome.actionsTotal, 'outcome.actionsTotal'],
        ['Failed', outcome.actionsFailed, 'outcome.actionsFailed'],
        ['Retries', outcome.retriesTotal, 'outcome.retriesTotal'],
        ['States reached', outcome.statesReached?.join(', '), 'outcome.statesReached'],
        ['Group', context.group, 'context.group'],
      ]}
    />
  )
}
