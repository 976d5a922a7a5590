import { resolve } from 'node:path'
import { fault } from '#core/faults.ts'
import { makeContext } from '#engine/engine.ts'
import { type ExportReport, exportTo } from '#engine/export.ts'
import { exportTargets, openSink } from '#engine/targets.ts'
import { type Command, text, texts, withEngine } from '../command.ts'
import { projectFlag, queryOf, whereFlag } from '../query-option.ts'
import { sampleTypeOf, sampleTypes } from '../sample-type.ts'
import { table } from '../terminal.ts'

export const exportCommand: Command = {
  name: 'export',
  about: 'write samples as a framework wants them, or sessions as a source system laid them out',
  args: [{ name: '[dataset]', about: "a dataset's latest version, or NAME@VERSION; without it, --where says what" }],
  flags: [
    {
      flag: '--format <name>',
      about: exportTargets.map((target) => target.name).join(', '),
      required: true,
    },
    { flag: '--out <path>', about: 'a new folder, or a file ending in .zip or .tar', required: true },
    projectFlag,
    whereFlag,
    { flag: '--type <type>', about: `which samples: ${sampleTypes.join(', ')}` },
    { flag: '--option <name=value>', about: 'an option of the format', many: true },
    { flag: '--strict', about: 'refuse when the format cannot hold everything' },
    { flag: '--share', about: 'for others: asks for more consent, and says so' },
  ],
  more: 'Lists every field that the format could not hold. Nothing is left behind when it fails.',
  run: ([dataset], options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      const type = text(options['type'])
      const project = text(options['project']) ?? 'default'
      const out = resolve(text(options['out']) ?? '')
      const sink = await openSink(engine, out)
      const report = await exportTo(
        engine,
        {
          project,
          dataset: dataset ?? null,
          query: dataset === undefined ? queryOf(options) : null,
          sampleType: type === null ? null : sampleTypeOf(type),
          format: text(options['format']) ?? '',
          options: Object.fromEntries(texts(options['option']).map(splitOption)),
          strict: options['strict'] === true,
          purpose: options['share'] === true ? 'share' : 'train',
          principal: 'owner',
          target: out.split(/[/\\]/).at(-1) ?? out,
        },
        sink,
        makeContext({ signal, progress: terminal.progress, warn: terminal.warn }),
      )
      terminal.result({ ...report, out }, () => words(report, out, project))
    }),
}

function words(report: ExportReport, out: string, project: string): readonly string[] {
  const withheld = Object.entries(report.withheld)
  return [
    `Wrote ${report.items} items in ${report.files} files to ${out}`,
    ...withheld.map(([because, count]) => `${count} left out: ${because}`),
    ...(withheld.length === 0
      ? []
      : ['"hindsight consent list" shows the ledger; "hindsight consent declare" adds to it.']),
    ...(report.items === 0 && withheld.length === 0 ? [`Project "${project}" has nothing that fits.`] : []),
    ...(report.losses.length === 0
      ? report.items === 0
        ? []
        : ['Nothing was lost.']
      : table(
          ['field', 'what', 'times', 'why'],
          report.losses.map((loss) => [loss.field, loss.what, loss.count, loss.why]),
        )),
  ]
}

function splitOption(pair: string): [string, string] {
  const at = pair.indexOf('=')
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)]
  throw fault('usage', { expected: 'name=value', found: `"${pair}"`, where: '--option' })
}
