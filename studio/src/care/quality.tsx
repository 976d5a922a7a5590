import { sayCount } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { Ago } from '../parts/time.tsx'
import type { Care } from './care-api.ts'

const shown = 5

/** What the last checks of quality found, so that a kind that grows is seen growing. */
export function Quality({ care: { quality, findingKinds } }: { care: Care }) {
  const checks = quality.slice(-shown)
  const kinds = Object.keys(findingKinds).filter((kind) => checks.some(({ findings }) => (findings[kind] ?? 0) > 0))
  return (
    <Card title="Quality of what came in" flush>
      {checks.length === 0 ? (
        <p className="empty small">Nothing was checked yet.</p>
      ) : (
        <table className="plain">
          <thead>
            <tr>
              <th>Found</th>
              {checks.map(({ at }) => (
                <th key={at} className="right">
                  <Ago utc={at} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <td className="muted">Sessions looked at</td>
              {checks.map(({ at, sessions }) => (
                <td key={at} className="right">
                  {sayCount(sessions)}
                </td>
              ))}
            </tr>
            {kinds.map((kind) => (
              <tr key={kind}>
                <td className="wrap-anywhere">
                  {kind}
                  <div className="faint">{findingKinds[kind]}</div>
                </td>
                {checks.map(({ at, findings }) => (
                  <td key={at} className="right">
                    {findings[kind] ? sayCount(findings[kind]) : '–'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  )
}
