/** Checks everything, step by step; each step is named, counted and timed. Runs in a care thread and changes nothing. */
import { Fault } from '#core/faults.ts'
import type { CareContext } from './care-context.ts'
import { checkArchives } from './verify-archives.ts'
import { openReader } from './connection.ts'
import { asFault } from './sqlite-faults.ts'
import { checkBlobs, checkJournals, checkReferences, checkStrays, countOrphans } from './verify-files.ts'
import { type Finding, type Findings, maxFindings, type StepContext, type StepResult } from './verify-findings.ts'
import { checkCatalog, checkDerived, checkEdits, checkLedger, checkRecords } from './verify-records.ts'
import { checkVersions } from './verify-versions.ts'

/** Each returns how many things it looked at. */
const steps: readonly (readonly [name: string, check: (context: StepContext) => number | Promise<number>])[] = [
  ['catalog', checkCatalog],
  ['records', checkRecords],
  ['edits', checkEdits],
  ['blobs', checkBlobs],
  ['strays', checkStrays],
  ['references', checkReferences],
  ['orphans', countOrphans],
  ['derived', checkDerived],
  ['versions', checkVersions],
  ['journals', checkJournals],
  ['ledger', checkLedger],
  ['archives', checkArchives],
]

const reportMs = 200

export async function verifyAll({ paths, progress }: CareContext, _args: null): Promise<Findings> {
  const db = openReader(paths.catalog)
  const findings: Finding[] = []
  const results: StepResult[] = []
  const orphans = { blobs: 0, bytes: 0 }
  try {
    for (const [name, check] of steps) {
      const startedAt = performance.now()
      const before = findings.length
      let reportedAt = 0
      const find: StepContext['find'] = (code, detail, sessions = [], action) => {
        if (findings.length < maxFindings) findings.push({ step: name, code, detail, sessions, action: action ?? null })
      }
      const context: StepContext = {
        db,
        paths,
        find,
        progress(done, unit) {
          if (performance.now() - reportedAt < reportMs) return
          reportedAt = performance.now()
          progress({ done, total: null, unit, note: name })
        },
        orphan(bytes) {
          orphans.blobs++
          orphans.bytes += bytes
        },
      }
      const checked = await tryStep(check, context, findings.length > 0)
      const durationMs = Math.round(performance.now() - startedAt)
      results.push({ name, checked, faults: findings.length - before, durationMs })
    }
  } finally {
    db.close()
  }
  return { steps: results, findings, orphans }
}

/** A page that cannot be read ends its step, not the others; nor does what follows from rows that are not what their table promises. */
async function tryStep(
  check: (context: StepContext) => number | Promise<number>,
  context: StepContext,
  isDamaged: boolean,
): Promise<number> {
  try {
    return await check(context)
  } catch (error) {
    const known = asFault(error, 'catalog.db')
    if (!(known instanceof Fault)) {
      // The questions that are asked here are always the same, so what SQLite cannot make of them is damage, too.
      if (!isDamaged && (error as { readonly code?: unknown }).code !== 'ERR_SQLITE_ERROR') throw error
      const found = error instanceof Error ? error.message : String(error)
      context.find('store.corrupt', { expected: 'rows as their table promises', found, where: 'catalog.db' })
      return 0
    }
    const { code, expected, found, fix, where } = known
    context.find(code, where === null ? { expected, found, fix } : { expected, found, fix, where })
    return 0
  }
}
