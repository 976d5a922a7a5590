import { fault } from '#core/faults.ts'
import { makeContext } from '#engine/engine.ts'
import { forgetData, receiptPath } from '#engine/forget.ts'
import { type Command, texts, withEngine } from '../command.ts'
import { contributorOf, personFlag } from '../person-option.ts'

export const forget: Command = {
  name: 'forget',
  about: 'erase sessions, or all of a contributor, everywhere in the store; cannot be undone',
  flags: [
    { flag: '--contributor <pseudonym>', about: 'all sessions of this contributor' },
    personFlag,
    { flag: '--session <id>', about: 'this session', many: true },
    { flag: '--yes', about: 'really do it' },
  ],
  more: 'Prints a receipt: what was erased, which dataset versions are redacted, which exports and backups still hold copies.',
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const contributor = contributorOf(engine, options)
      const sessions = texts(options['session'])
      if ((contributor === null) === (sessions.length === 0)) {
        throw fault('usage', { expected: 'either --contributor, --person or --session', found: 'both or neither' })
      }
      if (options['yes'] !== true) {
        throw fault('usage', {
          expected: '--yes, since this cannot be undone',
          found: 'no --yes',
          fix: 'add --yes to erase',
        })
      }
      const what = contributor === null ? { sessions } : { contributor }
      const { terminal, signal } = context
      const receipt = await forgetData(engine, what, 'owner', makeContext({ signal, progress: terminal.progress }))
      terminal.result(receipt, () => [
        `Receipt ${receipt.id}, ${receipt.at}: ${receiptPath(engine.dataDir, receipt.id)} ("hindsight verify --receipt" checks it)`,
        `Erased ${receipt.sessions} sessions, ${receipt.edits} edits and ${receipt.blobs} blobs (${receipt.blobsShared} blobs kept: others use the same bytes).`,
        `Redacted versions: ${receipt.versions.join(', ') || 'none'}`,
        `Exports that hold copies: ${receipt.exports.map((entry) => `${entry.format} to ${entry.target} on ${entry.at}`).join('; ') || 'none'}`,
        `Archives that were rewritten: ${receipt.archives.rewritten.join(', ') || 'none'}`,
        ...(receipt.archives.absent.length > 0
          ? [`Archives that were not there (erased when they are back): ${receipt.archives.absent.join(', ')}`]
          : []),
        `Backups that hold copies (erased again at restore): ${receipt.backups.join(', ') || 'none'}`,
      ])
    }),
}
