/**
 * Ten thousand recorders with spools of their own come back at once after an outage, and the engine is killed while they do.
 * Run: npm run bench:outage [-- recorders [processes [sessions each [kills]]]]
 */
import { machine } from './machine.ts'
import { runOutage } from './outage/run.ts'

const [recorders = 10_000, processes = 4, each = 3, kills = 2] = process.argv.slice(2).map(Number)
const figures = await runOutage({
  recorders,
  processes,
  each,
  kills,
  timeoutMs: 900_000,
  say: (line) => console.log(line),
})
console.log(machine())
console.log(JSON.stringify(figures, null, 2))
const { missing, surplus, sure, leftInSpools } = figures
if (missing + surplus + leftInSpools > 0 || sure !== recorders) process.exitCode = 1
