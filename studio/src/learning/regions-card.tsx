import { sayMany, sayPercent } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { Ago } from '../parts/time.tsx'
import { regionGrid } from '../session/camera/track-model.ts'
import { type Region, useRegions } from './learn-api.ts'

/** How tracks fare in each part of the picture; nothing before the first training. */
export function RegionsCard() {
  const { data } = useRegions()
  if (!data || data.trainedAt === null || data.findings.length === 0) return null
  return (
    <Card
      title="Parts of the picture"
      head={
        <span className="faint">
          as of <Ago utc={data.trainedAt} />
        </span>
      }
    >
      <div className="columns regions-columns">
        <div className="learning-regions" aria-hidden="true">
          {regionGrid.flat().map((place) => (
            <RegionCell key={place} found={data.findings.find(({ region }) => region === place)} />
          ))}
        </div>
        <ul className="plain-list muted">
          {data.findings.map(({ region, sentence }) => (
            <li key={region}>{sentence}</li>
          ))}
        </ul>
      </div>
    </Card>
  )
}

function RegionCell({ found }: { found: Region | undefined }) {
  const share = found?.share ?? null
  return (
    <div
      className="region"
      style={
        share === null
          ? undefined
          : { background: `color-mix(in srgb, var(--accent) ${Math.round(share * 60)}%, var(--sunken))` }
      }
      title={found?.sentence}
    >
      <strong className="number">{sayPercent(share)}</strong>
      <small>{found ? sayMany(found.clips, 'clip') : ''}</small>
    </div>
  )
}
