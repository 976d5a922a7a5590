/** The sample project: sessions of each kind that were really run, loaded into an empty store so that there is something to see. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Context } from '#core/context.ts'
import { domains } from '#domains/domains.ts'
import type { Engine } from './engine.ts'
import { importPath } from './import.ts'

export const sampleProject = 'sample'

const folderOf = (domain: string) => fileURLToPath(new URL(`../../sample/${domain}`, import.meta.url))

/** Loads the sample project if nothing was ever recorded or imported here. @returns how many sessions were loaded */
export async function loadSampleProject(engine: Engine, ctx: Context): Promise<number> {
  const { catalog } = engine.store
  if ((await catalog.projects()).length > 0 || (await catalog.imports(null)).length > 0) return 0
  let sessions = 0
  for (const { name } of domains) {
    const path = folderOf(name)
    if (!existsSync(`${path}/sessions.ndjson`)) continue
    const request = {
      project: sampleProject,
      path,
      name: `sample ${name}`,
      mode: 'merge',
      layout: 'hindsight',
      principal: 'sample',
    } as const
    const report = await importPath(engine, request, ctx)
    for (const { problem } of report.problems.first)
      ctx.warn({ code: problem.code, message: problem.message, where: problem.where })
    sessions += report.sessions.created
  }
  return sessions
}
