import type { CameraSession } from '#domains/camera/session.ts'
import { sayPercent } from '../../data/say.ts'
import { regionGrid, regionRates, type Region } from './track-model.ts'

/** Where in the frame tracks get solved: nine regions, each with its share. */
export function RegionGrid({ session }: { session: CameraSession }) {
  const rates = regionRates(session)
  if (rates.size === 0) return <p className="faint">No track says where it was.</p>
  const mark = (region: Region) => {
    if (session.telemetry?.deadZones?.includes(region)) return 'dead zone'
    return session.telemetry?.sweetSpots?.includes(region) ? 'sweet spot' : null
  }
  return (
    <table className="regions">
      <caption className="hidden-label">Share of tracks that were solved, by region of the frame</caption>
      <tbody>
        {regionGrid.map((line) => (
          <tr key={line[0]}>
            {line.map((region) => {
              const rate = rates.get(region)
              const share = rate ? rate.solved / rate.total : null
              return (
                <td key={region} title={region}>
                  {share !== null && <span className="region-fill" style={{ opacity: 0.08 + 0.5 * share }} />}
                  <span className="region-words">
                    <span className="hidden-label">{region}: </span>
                    <strong>{sayPercent(share)}</strong>
                    <small className="number">{rate ? `${rate.solved} of ${rate.total}` : 'no track'}</small>
                    {mark(region) && <small>{mark(region)}</small>}
                  </span>
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
