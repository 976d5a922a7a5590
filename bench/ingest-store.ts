/**
 * Durable ingest into the store alone: 5 kB sessions with 10 facets and search text, from several callers at once.
 * Usage: node bench/ingest-store.ts [--rows 60000] [--callers 8] [--batch 100]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openStore } from '#store/open.ts'
import { benchRow } from './store-rows.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '60000' },
    callers: { type: 'string', default: '8' },
    batch: { type: 'string', default: '100' },
  },
})
const total = Number(values.rows)
const callers = Number(values.callers)
const batch = Number(values.batch)

const folder = mkdtempSync(join(tmpdir(), 'hindsight-bench-'))
try {
  console.log(`machine: ${cpus().length} × ${cpus()[0]?.model}; ${total} rows, ${callers} callers, ${batch} per call`)
  // Made first, so that only the store is measured.
  const rows = Array.from({ length: total }, (_, i) => benchRow(i, 5_000))
  const store = await openStore(join(folder, 'data'))
  const startedAt = performance.now()
  const cpuBefore = process.threadCpuUsage()
  let next = 0
  let longestMs = 0
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < total) {
        const from = next
        next += batch
        const calledAt = performance.now()
        await store.catalog.putSessions(rows.slice(from, from + batch))
        longestMs = Math.max(longestMs, performance.now() - calledAt)
      }
    }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  const cpu = process.threadCpuUsage(cpuBefore)
  const microseconds = (cpu.user + cpu.system) / total
  console.log(
    `${Math.round(total / seconds)} rows/s durable, ${microseconds.toFixed(1)} µs of the calling thread per row, ` +
      `longest call ${longestMs.toFixed(0)} ms, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
  )
  await store.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
