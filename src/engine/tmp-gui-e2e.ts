import { rmSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { openEngine } from './open.ts'
import { importPath } from './import.ts'
import { exportTo } from './export.ts'
import { openSink } from './targets.ts'
import { seededRng } from '#core/rng.ts'
rmSync('/tmp/gui-e2e', { recursive: true, force: true })
const engine = await openEngine({ dataDir: '/tmp/gui-e2e/data', jobThreads: 0 })
const ctx = { signal: new AbortController().signal, rng: seededRng(1), sha256: (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex'), now: Date.now, progress() {}, warn: (w: unknown) => console.log('warn', w) }
const imp = async (project: string, path: string, layout: string | null) => {
  const r = await importPath(engine, { project, path, name: 'x', mode: 'merge', layout, principal: 'me' }, ctx)
  console.log(project, r.layout, r.variant, r.sessions, r.edits, r.documents, r.problems.first.map((p) => p.problem.message), r.warnings.first)
}
const exp = async (project: string, format: string, out: string) => {
  const r = await exportTo(engine, { project, dataset: null, query: { domain: 'gui' }, sampleType: null, format, options: {}, strict: false, purpose: 'train', principal: 'me', target: out }, await openSink(out), ctx)
  console.log(format, r.files, r.items, r.losses.map((l) => `${l.field} ${l.what} ${l.count}`), r.withheld)
}
await imp('sample', '/work/main/sample/gui', 'hindsight')
await exp('sample', 'qontinui', '/tmp/gui-e2e/q')
await imp('back', '/tmp/gui-e2e/q', null)
await imp('back', '/tmp/gui-e2e/q', null)
await exp('back', 'qontinui', '/tmp/gui-e2e/q2')
await exp('sample', 'qontinui-run', '/tmp/gui-e2e/run.zip')
await imp('runs', '/tmp/gui-e2e/run.zip', null)
await imp('runs', '/tmp/gui-e2e/run.zip', null)
await exp('sample', 'coco', '/tmp/gui-e2e/coco')
await imp('coco', '/tmp/gui-e2e/coco', null)
await exp('coco', 'qontinui', '/tmp/gui-e2e/q3')
await engine.close()
