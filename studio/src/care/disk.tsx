import { useHealth, useStats } from '../data/queries.ts'
import { sayBytes, sayCount } from '../data/say.ts'
import { Facts } from '../parts/facts.tsx'
import { Card } from '../parts/card.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { usePlace } from '../route/location.ts'

/** How much room there is, and below what the engine refuses new data. */
export function Disk() {
  const { project } = usePlace()
  const { data: stats } = useStats(project)
  const { data: health } = useHealth()
  if (!stats) return <Skeleton height={120} />
  const reserve = typeof health?.['reserveBytes'] === 'number' ? health['reserveBytes'] : null
  const isTight = reserve !== null && stats.freeBytes < reserve
  return (
    <Card title="Room">
      <Facts
        facts={[
          [
            'Free disk',
            <span key="free" className={isTight ? 'tone-failed' : undefined}>
              {sayBytes(stats.freeBytes)}
              {isTight && ': new data are refused until there is room again'}
            </span>,
          ],
          [
            'Kept free',
            reserve === null ? null : `${sayBytes(reserve)}; below it new data are refused, and nothing else breaks`,
          ],
          ['Catalog', sayBytes(stats.catalogBytes)],
          ['Sessions', sayCount(stats.sessions)],
        ]}
      />
    </Card>
  )
}
