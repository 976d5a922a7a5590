/** Runs the checks in a thread of their own, and with `repair` sets aside what they found. */
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { VerifyFault, VerifyReport } from '#core/store.ts'
import { runCare } from './care.ts'
import { syncFolder, writeWhole } from './durable-files.ts'
import { finishIndexing } from './finish-index.ts'
import type { StoreParts } from './store-parts.ts'
import type { Finding, RepairAction } from './verify-findings.ts'

const indexRows = 250

export async function verifyStore(
  parts: StoreParts,
  { repair }: { readonly repair: boolean },
  ctx: Context,
): Promise<VerifyReport> {
  const { steps, findings, orphans } = await runCare('verifyAll', parts.paths.root, null, ctx)
  if (orphans.blobs > 0) {
    const message = `${orphans.blobs} blobs (${orphans.bytes} bytes) are not used by any session; "hindsight gc" deletes the old ones`
    ctx.warn({ code: 'blob.orphan', message, where: null })
  }
  const faults: VerifyFault[] = []
  const repairs = new Repairs(parts, ctx)
  for (const finding of findings) {
    const repaired = repair && finding.action ? await repairs.apply(finding, finding.action) : null
    faults.push({
      step: finding.step,
      fault: fault(finding.code, finding.detail),
      repaired,
      sessions: finding.sessions,
    })
  }
  const said = {
    at: new Date(ctx.now()).toISOString(),
    faults: faults.length,
    left: faults.filter(({ repaired }) => repaired === null).length,
    repair,
  }
  await parts.writer.call('putSetting', { key: 'lastVerify', value: JSON.stringify(said) })
  return { steps, faults }
}

class Repairs {
  readonly #parts: StoreParts
  readonly #ctx: Context
  #indexed = false

  constructor(parts: StoreParts, ctx: Context) {
    this.#parts = parts
    this.#ctx = ctx
  }

  /** @returns what was done, in words */
  async apply(finding: Finding, action: RepairAction): Promise<string> {
    if (action.type === 'file') return this.#setFileAside(finding, action)
    if (action.type === 'index') return this.#indexAgain()
    const note = `${finding.detail.expected}, found ${finding.detail.found}`
    const { what, seq } = action
    await this.#parts.writer.call('quarantineRow', { what, seq, note, nowMs: this.#ctx.now() })
    return `moved to the table "quarantine"; ${what === 'session' ? 'sending the session again heals it' : 'it can be sent again'}`
  }

  async #setFileAside(finding: Finding, { path, name }: Extract<RepairAction, { type: 'file' }>): Promise<string> {
    const { quarantine } = this.#parts.paths
    const target = join(quarantine, `${name}.${this.#ctx.now()}`)
    const { expected, found } = finding.detail
    const note = { path, expected, found, at: new Date(this.#ctx.now()).toISOString(), sessions: finding.sessions }
    await writeWhole(`${target}.json`, `${JSON.stringify(note, null, 2)}\n`)
    await rename(path, target)
    await syncFolder(quarantine)
    await syncFolder(dirname(path))
    return `moved to ${target}`
  }

  /** Builds the index from the sessions' rows; once, however many findings ask for it. */
  async #indexAgain(): Promise<string> {
    const said = 'the index was built again from the sessions'
    if (this.#indexed) return said
    this.#indexed = true
    const { db, writer } = this.#parts
    await writer.call('clearIndex', null)
    const next = db.prepare(`select seq from session where seq > ? order by seq limit ${indexRows}`)
    for (let after = 0; ; ) {
      const seqs = (next.all(after) as { seq: number }[]).map(({ seq }) => seq)
      const last = seqs.at(-1)
      if (last === undefined) break
      await writer.call('indexBatch', { seqs }, seqs.length)
      after = last
    }
    await finishIndexing(writer)
    return said
  }
}
