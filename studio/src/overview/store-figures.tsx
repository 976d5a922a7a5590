import { sayBytes, sayCount } from '../data/say.ts'
import type { Stats } from '../data/types.ts'
import { Ago } from '../parts/time.tsx'
import type { ReactNode } from 'react'

/** Below this, the engine will soon refuse new data. */
const littleDiskBytes = 2e9

export function StoreFigures({ stats }: { stats: Stats }) {
  const { sessions, edits, catalogBytes, freeBytes, lastVerify, lastBackup } = stats
  const isTight = freeBytes < littleDiskBytes
  return (
    <dl className="card figures">
      <Figure name="Sessions" value={sayCount(sessions)} note="in the whole store" />
      <Figure name="Edits" value={sayCount(edits)} note="what people said" />
      <Figure name="Catalog" value={sayBytes(catalogBytes)} note="without media" />
      <Figure
        name="Free disk"
        value={sayBytes(freeBytes)}
        note={isTight ? <span className="tone-failed">running low</span> : 'where the data are'}
      />
      <Figure name="Last verify" {...checkOf(lastVerify, 'hindsight verify')} />
      <Figure name="Last backup" {...checkOf(lastBackup, 'hindsight backup')} />
    </dl>
  )
}

function Figure({ name, value, note }: { name: string; value: ReactNode; note: ReactNode }) {
  return (
    <div className="figure-tile">
      <dt>{name}</dt>
      <dd>
        {value}
        <small>{note}</small>
      </dd>
    </div>
  )
}

/** What the engine notes of a check: a time, and for `verify` whether all was well. */
function checkOf(check: Readonly<Record<string, unknown>> | null, command: string) {
  const at = check?.['at']
  if (typeof at !== 'string') return { value: 'Never', note: <code>{command}</code> }
  const good = check?.['ok'] !== false
  const note = good ? (
    <span className="tone-succeeded">all well</span>
  ) : (
    <span className="tone-failed">faults found</span>
  )
  return { value: <Ago utc={at} />, note: 'ok' in (check ?? {}) ? note : '\u00a0' }
}
