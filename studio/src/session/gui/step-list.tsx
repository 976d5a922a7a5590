import { useEffect, useRef } from 'react'
import { sayDuration } from '../../data/say.ts'
import { Icon } from '../../parts/icon.tsx'
import type { Step } from './marks.ts'

interface StepListProps {
  readonly steps: readonly Step[]
  readonly current: number
  readonly onGo: (index: number) => void
}

/** The actions in order, failures marked; the current one is kept in sight. */
export function StepList({ steps, current, onGo }: StepListProps) {
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const box = list.current
    const item = box?.children[current]
    if (!box || !(item instanceof HTMLElement)) return
    // Only this list may move, never the page: so no scrollIntoView. A third from its top shows what comes next.
    box.scrollTop = item.offsetTop - box.offsetTop - box.clientHeight / 3
  }, [current])
  return (
    <ol className="steps" ref={list} aria-label="Steps">
      {steps.map((step) => (
        <li key={step.index} style={{ paddingLeft: 12 * (step.action?.nestingLevel ?? 0) }}>
          <button
            type="button"
            className={step.success === false ? 'step failed' : 'step'}
            aria-current={step.index === current ? 'step' : undefined}
            onClick={() => onGo(step.index)}
          >
            <span className="faint number">{step.index + 1}</span>
            <span className="step-type">{step.action?.type ?? 'SCREEN'}</span>
            <span className="cut grow">{step.title}</span>
            {step.success === false && (
              <span className="tone-failed" title={step.action?.error?.message ?? 'failed'}>
                <Icon name="cross" size={13} />
                <span className="hidden-label">failed</span>
              </span>
            )}
            {step.action?.durationMs ? (
              <span className="faint number">{sayDuration(step.action.durationMs)}</span>
            ) : null}
          </button>
        </li>
      ))}
    </ol>
  )
}

/** One tick a step along a line, as wide as time allows; the arrow keys move along it anywhere on the page. */
export function Timeline({ steps, current, onGo }: StepListProps) {
  const step = steps[current]
  return (
    <div
      className="timeline"
      role="slider"
      tabIndex={0}
      aria-label="Step"
      aria-valuemin={1}
      aria-valuemax={steps.length}
      aria-valuenow={current + 1}
      aria-valuetext={step ? `${current + 1} of ${steps.length}: ${step.action?.type ?? ''} ${step.title}` : undefined}
      onPointerDown={(event) => {
        const box = event.currentTarget.getBoundingClientRect()
        onGo(Math.floor(((event.clientX - box.left) / box.width) * steps.length))
      }}
    >
      {steps.map(({ index, success }) => (
        <span
          key={index}
          className={`tick${index === current ? ' current' : ''}${success === false ? ' failed' : success ? ' good' : ''}`}
        />
      ))}
    </div>
  )
}
