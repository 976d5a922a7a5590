/** Migrates a catalog and is killed on the way: `CATALOG STEP within|after`, steps from 0. */
import { migrate } from '#store/migrate.ts'
import { migrations } from '#store/migrations/migrations.ts'
import { Database } from '#store/sqlite-driver.ts'

const [catalog = '', step = '', when] = process.argv.slice(2)
const die = () => process.kill(process.pid, 'SIGKILL')
const db = new Database(catalog)
db.raw.function('die', () => {
  die()
  // It is killed before this is read.
  return 0
})
const until = migrations.slice(0, Number(step))
const last = migrations[Number(step)]
if (!last) throw new Error(`no step ${step}`)
if (when === 'within') migrate(db, [...until, { id: last.id, sql: `${last.sql}; select die();` }], Date.now())
else migrate(db, [...until, last], Date.now())
die()
