import { lazy, Suspense, useMemo, useState } from 'react'
import { sayFigure, sayMany, sayPercent } from '../../data/say.ts'
import { Skeleton } from '../../parts/skeleton.tsx'
import { useResult } from '../track-api.ts'
import { shotAt, type AttemptFacts, type SolvedShot, type ViewsProps } from '../track-data.ts'
import {
  changedSettings,
  comparedFigures,
  comparedPath,
  sameShot,
  type ComparedFigure,
  type ComparedPath,
  type Verdict,
} from './compare.ts'
import { ComparedErrors } from './compared-errors.tsx'
import { sayName, sayValue } from './say-setting.ts'

const SceneView = lazy(() => import('./scene-view.tsx'))

/** The attempt that is shown beside another one at the same clip: figures, settings, both paths and both errors. */
export function AttemptComparison(props: ViewsProps) {
  const { attempts, session } = props
  const shown = attempts.find((one) => one.session !== null && one.session === session?.id)
  const others = attempts.filter((one) => one.session !== null && one !== shown)
  const [chosen, setChosen] = useState<string | null>(null)
  const other = others.find((one) => one.session === chosen) ?? others.at(-1)
  if (!shown || !other) {
    return (
      <p className="empty small">
        There is nothing to compare yet: each recorded attempt at this clip can be laid beside another.
      </p>
    )
  }
  return (
    <div className="stack">
      <label className="row">
        <span>Attempt {shown.number} beside</span>
        <select className="field" value={other.session ?? ''} onChange={(event) => setChosen(event.target.value)}>
          {others.map((one) => (
            <option key={one.session} value={one.session ?? ''}>
              Attempt {one.number}
              {one.isKept ? ' (kept)' : ''}
            </option>
          ))}
        </select>
      </label>
      <div className="compare-columns">
        <FigureTable shown={shown} other={other} />
        <SettingTable shown={shown} other={other} />
      </div>
      <Beside key={other.session} {...props} other={other} shown={shown} />
    </div>
  )
}

interface PairProps {
  readonly shown: AttemptFacts
  readonly other: AttemptFacts
}

const marks: Readonly<Record<Verdict, readonly [sign: string, tone: string]>> = {
  better: ['▲ better', 'tone-succeeded'],
  worse: ['▼ worse', 'tone-failed'],
  same: ['= same', 'tone-unknown'],
}

function FigureTable({ shown, other }: PairProps) {
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>Figure</th>
          <th className="right">Attempt {other.number}</th>
          <th className="right">Attempt {shown.number}</th>
          <th>
            <span className="hidden-label">Verdict</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {comparedFigures(other, shown).map((figure) => (
          <tr key={figure.name}>
            <td>{figure.name}</td>
            <td className="right">{said(figure, figure.first)}</td>
            <td className="right">{said(figure, figure.second)}</td>
            <td>{figure.verdict && <span className={marks[figure.verdict][1]}>{marks[figure.verdict][0]}</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const said = ({ unit }: ComparedFigure, value: number | null) =>
  unit === '%' ? sayPercent(value) : sayFigure(value, unit)

function SettingTable({ shown, other }: PairProps) {
  const changes = changedSettings(other.settings, shown.settings)
  if (changes.length === 0) return <p className="faint">Both were made with the same settings.</p>
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>Setting</th>
          <th className="right">Attempt {other.number}</th>
          <th className="right">Attempt {shown.number}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ name, before, after }) => (
          <tr key={name}>
            <td>{sayName(name)}</td>
            <td className="right">{sayValue(before)}</td>
            <td className="right">{sayValue(after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What needs the other attempt's files: errors by frame, and both paths in one space. */
function Beside(props: ViewsProps & PairProps) {
  const { solve, frame, onFrame, shown, other } = props
  const { data, error, isPending } = useResult(other.session === null ? null : { from: 'session', id: other.session })
  const shot = shotAt(solve, frame)
  const otherSolve = data?.solve ?? null
  const compared = useMemo(() => pathsOf(shot?.solved ? shot : null, otherSolve), [shot, otherSolve])
  if (isPending) return <Skeleton height={220} />
  if (error || !otherSolve || !solve)
    return <p className="faint">Attempt {other.number} has no solve to lay beside this one.</p>
  return (
    <>
      <ComparedErrors
        frame={frame}
        onFrame={onFrame}
        lines={[
          { name: `attempt ${shown.number}`, tone: 'camera', solve },
          { name: `attempt ${other.number}`, tone: 'partial', solve: otherSolve },
        ]}
      />
      {shot?.solved && compared ? (
        <>
          <p>
            <PathWords compared={compared} other={other} />
          </p>
          <Suspense fallback={<Skeleton height={320} />}>
            <div className="compare-scene">
              <SceneView {...props} shot={shot} otherPath={compared.path} isBare />
            </div>
          </Suspense>
        </>
      ) : (
        <p className="faint">
          The two paths cannot be laid over each other here: this shot was not solved in both, or moves otherwise.
        </p>
      )}
    </>
  )
}

const pathsOf = (shot: SolvedShot | null, other: ViewsProps['solve']) => {
  const twin = shot && other ? sameShot(shot, other) : null
  return shot && twin ? comparedPath(shot, twin) : null
}

function PathWords({ compared, other }: { readonly compared: ComparedPath; readonly other: AttemptFacts }) {
  const { apartShare, turnedDeg, focalRatio, frames } = compared
  return (
    <>
      Over {sayMany(frames, 'frame')} the paths lie{' '}
      {apartShare === null ? 'in one place' : `${sayFigure(apartShare * 100)} % of their length apart`}, and the cameras
      are turned by {sayFigure(turnedDeg)}° on average; the focal lengths differ by{' '}
      {sayFigure(Math.abs(focalRatio - 1) * 100)} %.{' '}
      <span className="faint">The path of attempt {other.number} is orange.</span>
    </>
  )
}
