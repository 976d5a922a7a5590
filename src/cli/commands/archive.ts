import { fault } from '#core/faults.ts'
import {
  archiveData,
  archiveFile,
  listArchives,
  planArchive,
  restoreArchived,
  showArchive,
  whatToArchive,
} from '#engine/archives.ts'
import { makeContext } from '#engine/engine.ts'
import { type Command, type CommandContext, type Options, text, texts, withEngine } from '../command.ts'
import { projectFlag, queryOf, whereFlag } from '../query-option.ts'
import { size, table } from '../terminal.ts'

const contextOf = ({ terminal, signal }: CommandContext) =>
  makeContext({ signal, progress: terminal.progress, warn: terminal.warn })

export const archive: Command = {
  name: 'archive',
  about: 'move old sessions, or a dataset with its versions, into one checked file',
  flags: [
    { flag: '--older-than <days>', about: 'sessions that began so long ago: "180d"' },
    projectFlag,
    whereFlag,
    { flag: '--dataset <name>', about: 'this dataset with all its versions; its sessions stay' },
    { flag: '--out <file>', about: 'the new file (default: one in archives/ of the data directory)' },
    { flag: '--dry-run', about: 'only say what would be moved' },
  ],
  more: 'The file is written as a whole and read back before anything leaves the store. It is in no backup: keep a copy of it.',
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const { terminal } = context
      const ctx = contextOf(context)
      const dataset = text(options['dataset'])
      const project = text(options['project']) ?? 'default'
      const query = queryOf(dataset === null ? options : { where: options['where'] })
      const what = whatToArchive({ query, olderThanDays: daysOf(options), dataset, project }, ctx.now())
      if (options['dryRun'] === true) {
        const plan = await planArchive(engine, what, ctx)
        return terminal.result({ ...plan, dryRun: true }, () => [
          `Would move ${contents(plan)} (${size(plan.bytes)} before packing${'query' in what ? '' : ', without media'})`,
          ...(plan.mediaKept > 0
            ? [`${plan.mediaKept} of the media stay as well: others or frozen versions use them`]
            : []),
        ])
      }
      const done = await archiveData(engine, what, text(options['out']), ctx)
      const { archive: made, left, freedBytes } = done
      terminal.result(done, () => [
        `Moved ${contents(made)} to ${made.path} (${size(made.bytes)}); ${size(freedBytes)} of media are free`,
        `archive ${made.id}, sha256 ${made.sha256}`,
        ...(left > 0 ? [`${left} sessions were changed meanwhile and stay`] : []),
      ])
    }),
}

export const archiveList: Command = {
  name: 'archive list',
  about: 'the archives, newest first, and whether their files are there',
  run: (_args, _options, context) =>
    withEngine(context, async (engine) => {
      const archives = await listArchives(engine)
      context.terminal.result({ items: archives }, () =>
        archives.length === 0
          ? 'Nothing was archived.'
          : table(
              ['id', 'at', 'what', 'sessions', 'only here', 'versions', 'size', 'file'],
              archives.map((item) => [
                item.id,
                item.at,
                item.what,
                item.sessions,
                item.archivedSessions,
                item.versions.length,
                size(item.bytes),
                item.isThere ? item.path : `missing: ${item.path}`,
              ]),
            ),
      )
    }),
}

const fileArg = { name: '<file>', about: 'the archive: its file, or its id' }

export const archiveShow: Command = {
  name: 'archive show',
  about: 'check every byte of an archive and say what is in it',
  args: [fileArg],
  flags: [{ flag: '--limit <count>', about: 'how many sessions to list', default: 20 }],
  run: ([file = ''], options, context) =>
    withEngine(context, async (engine) => {
      const limit = Number(text(options['limit']) ?? 20)
      if (!Number.isInteger(limit) || limit < 0)
        throw fault('usage', { expected: 'a count from 0', found: String(options['limit']), where: '--limit' })
      const shown = await showArchive(engine, await archiveFile(engine, file), limit, contextOf(context))
      context.terminal.result(shown, () => [
        `${shown.path}: ${contents(shown.content)}, archived ${shown.content.at} (${shown.content.what})`,
        'every record, edit and medium has its hash',
        ...table(
          ['id', 'recorded', 'project', 'domain', 'what'],
          shown.sessions.map((one) => [one.id, one.recordedAt, one.project, one.domain, one.summary]),
        ),
        ...(shown.content.sessions > shown.sessions.length
          ? [`… ${shown.content.sessions - shown.sessions.length} more`]
          : []),
      ])
    }),
}

export const archiveRestore: Command = {
  name: 'archive restore',
  about: 'bring sessions and datasets back from an archive, as they were; the file stays',
  args: [fileArg],
  flags: [{ flag: '--id <session>', about: 'only this session', many: true }],
  more: 'What was erased since stays erased. A file of another data directory is taken in as well.',
  run: ([file = ''], options, context) =>
    withEngine(
      context,
      async (engine) => {
        const ids = texts(options['id'])
        const path = await archiveFile(engine, file)
        const done = await restoreArchived(engine, path, ids.length > 0 ? ids : null, contextOf(context))
        context.terminal.result(done, () => [
          `Brought back ${done.restored} sessions with ${done.edits} edits${done.versions.length > 0 ? ` and ${done.versions.join(', ')}` : ''}`,
          ...(done.repeated > 0 ? [`${done.repeated} were here already`] : []),
          ...(done.forgotten > 0 ? [`${done.forgotten} were erased since, and stay so`] : []),
        ])
      },
      { create: true },
    ),
}

interface Counts {
  readonly sessions: number
  readonly edits: number
  readonly media: number
  readonly versions: readonly string[]
}

function contents({ sessions, edits, media, versions }: Counts): string {
  if (versions.length > 0) return versions.join(', ')
  return `${sessions} sessions, ${edits} edits and ${media} media`
}

/** @throws usage */
function daysOf(options: Options): number | null {
  const given = text(options['olderThan'])
  if (given === null) return null
  const days = /^(\d+)d?$/.exec(given.trim())?.[1]
  if (days === undefined) throw fault('usage', { expected: 'days, as "180d"', found: given, where: '--older-than' })
  return Number(days)
}
