import { fault } from '#core/faults.ts'
import { storedSession } from '#engine/read.ts'
import { type Command, text, withEngine } from '../command.ts'
import { projectFlag, queryOf, whereFlag } from '../query-option.ts'
import { table } from '../terminal.ts'

export const sessions: Command = {
  name: 'sessions',
  about: 'list sessions, newest first; or print one, to the letter',
  args: [{ name: '[id]', about: 'print this session as it was recorded' }],
  flags: [
    projectFlag,
    whereFlag,
    { flag: '--limit <count>', about: 'how many', default: 20 },
    { flag: '--cursor <cursor>', about: 'go on where a page ended' },
  ],
  run: ([id], options, context) =>
    withEngine(context, async (engine) => {
      const { terminal } = context
      if (id !== undefined) {
        const { body } = await storedSession(engine, id)
        process.stdout.write(`${body}\n`)
        return
      }
      const limit = Number(text(options['limit']) ?? 20)
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
        throw fault('usage', { expected: 'a count from 1 to 1000', found: String(options['limit']), where: '--limit' })
      }
      const query = queryOf(options)
      const page = await engine.store.catalog.page(query, limit, text(options['cursor']))
      const archived = await engine.store.archives.count(query.project ?? null, query.domain ?? null)
      const away = archived > 0 ? [`${archived} more are in archives: "hindsight archive list"`] : []
      terminal.result({ ...page, archived }, () => {
        if (page.items.length === 0) return ['No session fits.', ...away]
        return [
          ...table(
            ['id', 'recorded', 'project', 'domain', 'status', 'what'],
            page.items.map((item) => [item.id, item.recordedAt, item.project, item.domain, item.status, item.summary]),
          ),
          ...(page.next === null ? [] : [`… more: --cursor ${page.next}`]),
          ...away,
        ]
      })
    }),
}
