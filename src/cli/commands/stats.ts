import { makeContext } from '#engine/engine.ts'
import { overview, statTable, statTables } from '#engine/stats.ts'
import { type Command, text, withEngine } from '../command.ts'
import { projectFlag, queryOf, whereFlag } from '../query-option.ts'
import { size, table } from '../terminal.ts'

export const stats: Command = {
  name: 'stats',
  about: 'figures over what was recorded',
  flags: [
    projectFlag,
    whereFlag,
    {
      flag: '--by <table>',
      about: `break down by ${statTables.map((entry) => `${entry.name} (${entry.domain})`).join(', ')}`,
    },
  ],
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      const by = text(options['by'])
      if (by !== null) {
        const found = await statTable(
          engine,
          by,
          queryOf(options),
          makeContext({ signal, progress: terminal.progress }),
        )
        terminal.result(found, () =>
          table(
            [found.name, ...found.columns.map(({ name, unit }) => (unit === null ? name : `${name} (${unit})`))],
            found.rows.map((row) => [
              row.group,
              ...row.values.map((value) => (value === null ? null : Math.round(value * 1e4) / 1e4)),
            ]),
          ),
        )
        return
      }
      const all = await overview(engine, text(options['project']))
      terminal.result(all, () => [
        `${all.sessions} sessions, ${all.edits} edits; catalog ${size(all.catalogBytes)}, free ${size(all.freeBytes)}`,
        ...table(
          ['project', 'domain', 'day', 'status', 'sessions'],
          all.tally.map((row) => [row.project, row.domain, row.day, row.status ?? 'not known', row.sessions]),
        ),
      ])
    }),
}
