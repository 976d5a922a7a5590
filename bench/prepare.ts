/** What it costs to make a sent session ready, step by step, in microseconds of processor time. Run: node bench/prepare.ts */
import { createHash } from 'node:crypto'
import { canonicalJson, type JsonObject, parseJson } from '#core/json.ts'
import type { AnySession } from '#core/session.ts'
import { camera } from '#domains/camera/camera.ts'
import { machine } from './machine.ts'
import { madeSessions } from './made-sessions.ts'

const count = 4000
const made = madeSessions(1)
const lines = Array.from({ length: count }, () => made.next().value?.line ?? '')
const values = lines.map((line) => parseJson(line) as JsonObject)
const texts = values.map((value) => canonicalJson(value))

const steps: Readonly<Record<string, (i: number) => unknown>> = {
  parse: (i) => parseJson(lines[i] ?? ''),
  check: (i) => camera.schema.safeParse(values[i]),
  canonical: (i) => canonicalJson(values[i]),
  hash: (i) =>
    createHash('sha256')
      .update(texts[i] ?? '')
      .digest('hex'),
  facets: (i) => camera.facets(values[i] as unknown as AnySession),
}

console.log(`${machine()}; sessions of ${lines[0]?.length} characters; median of 7 runs`)
for (const [name, step] of Object.entries(steps)) {
  const runs = Array.from({ length: 7 }, () => {
    const start = process.cpuUsage()
    for (let i = 0; i < count; i++) step(i)
    const { user, system } = process.cpuUsage(start)
    return (user + system) / count
  })
  console.log(`${name.padEnd(10)} ${(runs.sort((a, b) => a - b)[3] ?? 0).toFixed(1)} us`)
}
