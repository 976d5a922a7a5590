import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Clip } from '#http/contract.ts'
import { api } from '../data/client.ts'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { changeParams } from '../route/location.ts'
import { useKeys } from '../shell/use-keys.ts'
import { showAttempt } from './show-attempt.ts'
import { OptionsPanel } from './options-panel.tsx'
import { usePlayer, type Player } from './player.ts'
import { RecordSwitches } from './record-lines.tsx'
import { AttemptList } from './result-panel.tsx'
import { optionsOf, type Choices } from './track-options.ts'
import type { Run } from './use-run.ts'

export interface SetupPanelProps {
  readonly project: string
  readonly clip: Clip
  readonly run: Run
  readonly player: Player
  readonly choices: Choices
  readonly onChoices: (choices: Choices) => void
  readonly drawing: 'exclude' | 'include' | null
  readonly onDraw: (kind: 'exclude' | 'include' | null) => void
}

/** How to track, and the button that does it. */
export function SetupPanel(props: SetupPanelProps) {
  const { project, clip, run, player, choices, onChoices, drawing, onDraw } = props
  const { frame } = usePlayer(player)
  const cache = useQueryClient()
  const start = useMutation({
    mutationFn: () => {
      const body = optionsOf(choices, project, clip.info.frameCount)
      return api.call('POST /api/v1/clips/{fingerprint}/track', { params: { fingerprint: clip.fingerprint }, body })
    },
    onSuccess(job) {
      cache.setQueryData(['track', 'job', job.id], job)
      changeParams({ job: job.id, session: null })
    },
  })
  const mayStart = clip.isThere && !start.isPending
  // While a mask is drawn, Enter closes it.
  useKeys(drawing === null && mayStart ? { Enter: () => start.mutate() } : {})
  const error = start.error ?? run.error
  return (
    <div className="stack">
      <button type="button" className="button primary go" disabled={!mayStart} onClick={() => start.mutate()}>
        <Icon name="track" size={18} />
        Track & solve
        <kbd>Enter</kbd>
      </button>
      {error !== null && error !== undefined && <ProblemBox error={error} />}
      {run.job?.state === 'cancelled' && <p className="muted">The run was stopped.</p>}
      <OptionsPanel choices={choices} onChange={onChoices} frame={frame} drawing={drawing} onDraw={onDraw} />
      <AttemptList attempts={run.attempts} shown={run.session?.id ?? null} onAttempt={showAttempt} />
      <RecordSwitches />
    </div>
  )
}
