import { sayMany } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { Link } from '../route/link.tsx'
import type { Coverage, CoverageCell } from './learn-api.ts'
import { capital } from './learning-words.ts'

/** Which footage was recorded, and what to record next. */
export function CoverageCard({ coverage: { classes, axes, next, sessions } }: { coverage: Coverage }) {
  const rates = classes[0]?.map(({ name }) => name.split(' at ')[1] ?? '') ?? []
  return (
    <Card title="What was recorded, and what to record next">
      <div className="coverage">
        <table className="coverage-matrix">
          <caption className="hidden-label">Sessions by resolution and frame rate</caption>
          <thead>
            <tr>
              <td />
              {rates.map((rate) => (
                <th key={rate} scope="col">
                  {rate} fps
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((row) => (
              <tr key={row[0]?.name}>
                <th scope="row">{row[0]?.name.split(' at ')[0]}</th>
                {row.map((cell) => (
                  <Cell key={cell.name} cell={cell} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <div className="coverage-axes">
          {axes
            .filter(({ name }) => name === 'motion' || name === 'environment')
            .map(({ name, kinds }) => (
              <table key={name} className="coverage-matrix">
                <caption>{capital(name)}</caption>
                <thead>
                  <tr>
                    {kinds.map((kind) => (
                      <th key={kind.name} scope="col">
                        {kind.name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  <tr>
                    {kinds.map((kind) => (
                      <Cell key={kind.name} cell={kind} />
                    ))}
                  </tr>
                </tbody>
              </table>
            ))}
        </div>
        <div>
          <h3>Record next</h3>
          {next.length === 0 ? (
            <p className="muted">Every kind has a hundred sessions or more.</p>
          ) : (
            <ol className="plain-list coverage-next">
              {next.map((line) => (
                <li key={line}>{capital(line)}</li>
              ))}
            </ol>
          )}
          <p className="faint small">
            Success and failure both teach. From 5 sessions of a kind on they help, 20 are significant, 100 a major
            contribution. {sayMany(sessions, 'camera session')} in all.
          </p>
        </div>
      </div>
    </Card>
  )
}

const strength = (sessions: number) => (sessions >= 100 ? 3 : sessions >= 20 ? 2 : sessions >= 5 ? 1 : 0)

function Cell({ cell: { name, facet, sessions, succeeded, needed } }: { cell: CoverageCell }) {
  const more = needed === null ? '' : `${needed} more`
  return (
    <td className={`coverage-cell strength-${strength(sessions)}`}>
      <Link
        to="/sessions"
        params={{ domain: 'camera', facet: [facet] }}
        title={`${name}: ${sayMany(sessions, 'session')}, ${succeeded} solved${more === '' ? '' : `; ${more} until the next step`}`}
      >
        <strong className="number">{sessions}</strong>
        <small>{sessions === 0 ? 'none' : `${succeeded} solved`}</small>
        <small className="faint">{more}</small>
      </Link>
    </td>
  )
}
