import { basename } from 'node:path'
import { fault } from '#core/faults.ts'
import { makeContext } from '#engine/engine.ts'
import { autosolveFolders } from '#engine/find-sources.ts'
import { type ImportReport, importPath, undoImport } from '#engine/import.ts'
import { type Command, type CommandContext, text, withEngine } from '../command.ts'
import { table, type Terminal } from '../terminal.ts'

export const importCommand: Command = {
  name: 'import',
  about: 'bring in a folder, archive or file that another program recorded; its layout is found out',
  args: [{ name: '[path]', about: 'folder, .zip, .tar, .tar.gz, .json, .ndjson' }],
  flags: [
    { flag: '--project <name>', about: 'into which project', default: 'default' },
    { flag: '--merge', about: 'add to what is there (the usual)' },
    {
      flag: '--replace',
      about: 'back up first, then set aside what else the project holds of the same domain; can be undone',
    },
    { flag: '--layout <name>', about: 'read it as this layout or format' },
    { flag: '--autosolve', about: 'find the AutoSolve data folders of this machine and import them' },
  ],
  more: 'Importing the same data twice changes nothing. Exit status 1 when records were refused; the others are in.',
  run: (args, options, context) =>
    withEngine(
      context,
      async (engine) => {
        const { terminal, signal } = context
        const paths = options['autosolve'] === true ? await foundFolders(context) : args
        if (paths.length === 0) throw fault('usage', { expected: 'a path, or --autosolve', found: 'neither' })
        const mode = options['replace'] === true ? 'replace' : 'merge'
        const project = text(options['project']) ?? 'default'
        const reports: ImportReport[] = []
        for (const path of paths) {
          const ctx = makeContext({ signal, progress: terminal.progress })
          const request = {
            project,
            path,
            name: basename(path),
            mode,
            layout: text(options['layout']),
            principal: 'owner',
          } as const
          reports.push(await importPath(engine, request, ctx))
        }
        terminal.result(reports.length === 1 ? reports[0] : { imports: reports }, () =>
          reports.flatMap((report) => words(report, terminal)),
        )
        return reports.some((report) => report.problems.count > 0) ? 1 : 0
      },
      { create: true },
    ),
}

function words(report: ImportReport, terminal: Terminal): readonly string[] {
  const counts = (of: ImportReport['sessions']) =>
    Object.entries(of)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'none'
  const more = (kept: { count: number; first: readonly unknown[] }) =>
    kept.count > kept.first.length ? [`… and ${kept.count - kept.first.length} more`] : []
  return [
    `${terminal.style('bold', report.layout)} (${report.variant}), import ${report.import}`,
    `sessions: ${counts(report.sessions)}; edits: ${counts(report.edits)}; documents: ${report.documents}`,
    ...(report.mode === 'replace'
      ? [
          `set aside ${report.setAside} sessions; backup ${report.backup}; undo with "hindsight import-undo ${report.import}"`,
        ]
      : []),
    ...report.warnings.first.map(
      (warning) =>
        `${terminal.style('yellow', 'warning')} ${warning.message}${warning.where ? ` (${warning.where})` : ''}`,
    ),
    ...more(report.warnings),
    ...report.problems.first.map(
      ({ where, problem }) => `${terminal.style('red', 'refused')} ${where}: ${problem.message}`,
    ),
    ...more(report.problems),
  ]
}

async function foundFolders({ env, terminal }: CommandContext): Promise<readonly string[]> {
  const found = await autosolveFolders(env)
  if (found.length === 0) {
    const expected = 'an AutoSolve folder in a Blender data folder'
    throw fault('file.missing', { expected, found: 'none', fix: 'give its path' })
  }
  for (const folder of found) terminal.say(`found ${folder}`)
  return found
}

export const importList: Command = {
  name: 'imports',
  about: 'list what was imported, newest first',
  flags: [{ flag: '--project <name>', about: 'only this project' }],
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const imports = await engine.store.catalog.imports(text(options['project']))
      context.terminal.result({ items: imports }, () =>
        imports.length === 0
          ? 'Nothing was imported yet.'
          : table(
              ['id', 'at', 'project', 'layout', 'mode', 'sessions', 'edits', 'source'],
              imports.map((entry) => [
                entry.id,
                entry.at,
                entry.project,
                entry.layout,
                entry.mode,
                entry.sessions,
                entry.edits,
                entry.source,
              ]),
            ),
      )
    }),
}

export const importUndo: Command = {
  name: 'import-undo',
  about: 'undo an import that replaced: what it set aside comes back',
  args: [{ name: '<id>', about: 'id of the import, see "hindsight imports"' }],
  run: ([id = ''], _options, context) =>
    withEngine(context, async (engine) => {
      const broughtBack = await undoImport(engine, id)
      context.terminal.result({ broughtBack }, () => `Brought back ${broughtBack} sessions`)
    }),
}
