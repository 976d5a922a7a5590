/** Whether the tables of a catalog are those that its migrations make: their text lies in the file too, and can be damaged there. */
import { migrate } from './migrate.ts'
import { migrations } from './migrations/migrations.ts'
import { Database } from './sqlite-driver.ts'

interface Made {
  readonly name: string
  readonly sql: string
}

const shapeOf = (db: Database): ReadonlyMap<string, string> =>
  new Map(
    (
      db
        .prepare(`select name, sql from sqlite_schema where sql is not null and name not like 'sqlite_%'`)
        .all() as unknown as Made[]
    ).map(({ name, sql }) => [name, sql]),
  )

/** @returns what is not as it was made, in words; null when all is */
export function shapeProblem(db: Database): { readonly expected: string; readonly found: string } | null {
  const fresh = new Database(':memory:')
  try {
    migrate(fresh, migrations, 0)
    const [expected, found] = [shapeOf(fresh), shapeOf(db)]
    for (const [name, sql] of expected) {
      if (found.get(name) !== sql)
        return { expected: sql.slice(0, 200), found: found.get(name)?.slice(0, 200) ?? `no ${name}` }
    }
    const stranger = [...found.keys()].find((name) => !expected.has(name))
    return stranger === undefined ? null : { expected: 'the tables of a catalog', found: stranger }
  } finally {
    fresh.close()
  }
}
