/**
 * How often each pattern of failure is told from the others: generated clips that fail for a known reason, and healthy ones,
 * through the real tracker and solver, by seeds that the tests do not use. Prints a confusion table and how often a diagnosis of
 * some confidence is right.
 *
 * Run: node bench/diagnosis.ts [--seeds 101,102] [--only NAME] [--verbose]
 */
import { parseArgs } from 'node:util'
import { bendOf, diagnose, framesToSurvey, isWell } from '#domains/camera/diagnose/diagnose.ts'
import { surveyPictures } from '#domains/camera/diagnose/picture-statistics.ts'
import { attemptAt, cases } from '#domains/camera/diagnose/test-cases.ts'
import { symptomsOf } from '#domains/camera/diagnose/symptoms.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { machine } from './machine.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '101,102,103' },
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
})
const kernel = await createWasmKernel()
const ctx = { signal: new AbortController().signal }
const table = new Map<string, Map<string, number>>()
const told: { confidence: number; right: boolean }[] = []
for (const each of cases.filter(({ name }) => name.includes(values.only))) {
  for (const seed of values.seeds.split(',').map(Number)) {
    const { source, input } = await attemptAt(each, seed, kernel)
    const pictures = await surveyPictures(source, framesToSurvey(input), ctx)
    const found = diagnose({ ...input, pictures })
    const [first] = found
    const wanted = each.pattern ?? 'healthy'
    const well = input.shots.every(isWell)
    const said = well ? 'came out well' : (first?.pattern ?? 'nothing')
    const row = table.get(wanted) ?? new Map<string, number>()
    row.set(said, (row.get(said) ?? 0) + 1)
    table.set(wanted, row)
    if (first !== undefined) told.push({ confidence: first.confidence, right: first.pattern === each.pattern })
    if (values.verbose) {
      const { overlay, ...symptoms } = symptomsOf({ ...input, pictures }, [input.range], bendOf(input))
      console.log(
        each.name,
        seed,
        wanted,
        '->',
        said,
        found.map((d) => `${d.pattern} ${d.confidence.toFixed(2)}`).join(', '),
      )
      console.log(
        '   ',
        input.shots
          .map(({ result: r }) =>
            r.ok
              ? `ok ${r.solution.cameras.length} ${r.solution.confidence.toFixed(2)} ${r.solution.motion} ${r.solution.errorPx.toFixed(2)}px`
              : r.code,
          )
          .join(' | '),
      )
      console.log(
        '   ',
        JSON.stringify({ ...symptoms, overlay: overlay.length }, (_, v: unknown) =>
          typeof v === 'number' ? Number(v.toPrecision(3)) : v,
        ),
      )
    }
  }
}
console.log(`${machine()}\n`)
for (const [wanted, row] of table) {
  console.log(wanted.padEnd(24), [...row].map(([said, n]) => `${said} ${n}`).join(', '))
}
for (const [low, high] of [
  [0.5, 0.7],
  [0.7, 0.85],
  [0.85, 1],
] as const) {
  const bin = told.filter(({ confidence }) => confidence >= low && confidence < high)
  if (bin.length === 0) continue
  const right = bin.filter((one) => one.right).length
  console.log(`confidence ${low} to ${high}: ${bin.length}, right ${Math.round((100 * right) / bin.length)} %`)
}
