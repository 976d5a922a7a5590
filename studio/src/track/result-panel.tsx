import type { CameraSession } from '#domains/camera/session.ts'
import { sayFigure, sayPercent } from '../data/say.ts'
import { Facts } from '../parts/facts.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Link } from '../route/link.tsx'
import {
  focalWords,
  lensWords,
  qualityOf,
  shotTitle,
  trackWords,
  unsolvedWords,
  verdictOf,
  type Tone,
} from './result-words.ts'
import { SettingsInUse } from './live-panel.tsx'
import { RecordLines } from './record-lines.tsx'
import { findingsOf } from './views/findings.ts'
import type { AttemptFacts, ClipTracks, Shot, Solve } from './track-data.ts'

interface ResultPanelProps {
  readonly solve: Solve | null
  readonly tracks: ClipTracks
  readonly session: CameraSession | null
  readonly attempts: readonly AttemptFacts[]
  readonly onAttempt: (session: string) => void
  readonly onFrame: (frame: number) => void
}

const signs: Readonly<Record<Tone, IconName>> = { succeeded: 'check', partial: 'half', failed: 'cross' }

/** What was found, in words. */
export function ResultPanel({ solve, tracks, session, attempts, onAttempt, onFrame }: ResultPanelProps) {
  const { tone, title } = verdictOf(solve)
  const sensorWidthMm = session?.context.camera?.sensorWidthMm ?? 36
  return (
    <div className="stack">
      <div className={`verdict tone-${tone}`}>
        <Icon name={signs[tone]} size={20} />
        <div>
          <strong>{title}</strong>
          <span className="muted">{trackWords(tracks)}</span>
        </div>
      </div>
      {solve?.shots.map((shot) => (
        <ShotWords
          key={shot.fromFrame}
          shot={shot}
          title={shotTitle(shot, solve)}
          sensorWidthMm={sensorWidthMm}
          onFrame={onFrame}
        />
      ))}
      {findingsOf(session).map(({ pattern, sentence }) => (
        <p key={pattern + sentence} className="warning row">
          <Icon name="warn" size={14} />
          <span>{sentence}</span>
        </p>
      ))}
      {!solve && (
        <p>
          {session?.outcome.error?.message && (
            <>
              Why: {session.outcome.error.message.replace(/\.$/, '')}.<br />
            </>
          )}
          No solve was kept of this run; its tracks are shown.
        </p>
      )}
      {session && (
        <section className="stack tight">
          <h3>Settings</h3>
          <SettingsInUse settings={session.settings.values} reason={session.settings.reason} />
        </section>
      )}
      <AttemptList attempts={attempts} shown={session?.id ?? null} onAttempt={onAttempt} />
      {session && (
        <p className="row">
          <Icon name="save" size={13} />
          <Link to={`/sessions/${session.id}`}>The recorded session</Link>
        </p>
      )}
      <RecordLines />
    </div>
  )
}

interface ShotWordsProps {
  readonly shot: Shot
  readonly title: string
  readonly sensorWidthMm: number
  readonly onFrame: (frame: number) => void
}

function ShotWords({ shot, title, sensorWidthMm, onFrame }: ShotWordsProps) {
  const head = (
    <button type="button" className="shot-title" onClick={() => onFrame(shot.fromFrame)} title="Go there">
      {title}
    </button>
  )
  if (!shot.solved) {
    return (
      <section className="stack tight">
        {head}
        <p className="warning row">
          <Icon name="warn" size={14} />
          <span>{shot.why}</span>
        </p>
      </section>
    )
  }
  const all = shot.toFrame - shot.fromFrame + 1
  return (
    <section className="stack tight">
      <div className="row">
        {head}
        <span className="push muted">{qualityOf(shot)}</span>
      </div>
      <Facts
        facts={[
          ['Error (RMS)', sayFigure(shot.errorPx, 'px')],
          ['Held out', sayFigure(shot.heldOutErrorPx, 'px')],
          ['Frames', `${shot.cameras.length} of ${all}`],
          ['Points', `${shot.points.length}`],
          ['Focal length', focalWords(shot, sensorWidthMm)],
          ['Lens', lensWords(shot)],
          ['Motion', shot.motion === 'tripod' ? 'the camera only turned' : shot.zoom ? 'moved and zoomed' : 'moved'],
          ['Left out', unsolvedWords(shot)],
          ['Confidence', sayPercent(shot.confidence)],
        ]}
      />
      {shot.notes.map((note) => (
        <p key={note} className="muted">
          {note}
        </p>
      ))}
    </section>
  )
}

interface AttemptListProps {
  readonly attempts: readonly AttemptFacts[]
  readonly shown: string | null
  readonly onAttempt: (session: string) => void
}

/** All attempts at the clip, newest first; one click shows another. */
export function AttemptList({ attempts, shown, onAttempt }: AttemptListProps) {
  if (attempts.length === 0) return null
  return (
    <section className="stack tight">
      <h3>Attempts at this clip</h3>
      <ul className="attempt-list">
        {attempts
          .toReversed()
          .map(({ session, number, title, errorPx, heldOutErrorPx, solvedTracks, totalTracks, status }) => (
            <li key={session}>
              <button
                type="button"
                aria-pressed={session === shown}
                title={title}
                onClick={() => session !== null && onAttempt(session)}
              >
                <span className={`tone-${status ?? 'unknown'} number attempt-number`}>{number}</span>
                <span className="grow number">
                  {errorPx === null ? (
                    'not solved'
                  ) : (
                    <span title="mean over the tracks">{`${errorPx.toFixed(3)} px`}</span>
                  )}
                  {heldOutErrorPx !== null && (
                    <span className="faint" title="where the solver did not look">
                      {` · ${heldOutErrorPx.toFixed(3)}`}
                    </span>
                  )}
                </span>
                <span className="faint number">
                  {totalTracks === null ? '' : `${solvedTracks ?? 0}/${totalTracks} tracks`}
                </span>
              </button>
            </li>
          ))}
      </ul>
    </section>
  )
}
