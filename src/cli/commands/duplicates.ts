import { findDuplicates } from '#engine/duplicates.ts'
import { makeContext } from '#engine/engine.ts'
import { type Command, text, withEngine } from '../command.ts'
import { sampleTypeOf } from '../sample-type.ts'
import { projectFlag, queryOf, whereFlag } from '../query-option.ts'

export const duplicates: Command = {
  name: 'duplicates',
  about: 'find samples with the same pictures, pictures that look alike, and labels that were set twice',
  flags: [
    projectFlag,
    whereFlag,
    { flag: '--type <type>', about: 'image or pair', default: 'image' },
    { flag: '--distance <bits>', about: 'how many of 64 bits may differ, 0 to 15', default: 4 },
  ],
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      const ctx = makeContext({ signal, progress: terminal.progress, warn: terminal.warn })
      const type = sampleTypeOf(text(options['type']) ?? 'image')
      const report = await findDuplicates(engine, queryOf(options), type, Number(text(options['distance']) ?? 4), ctx)
      terminal.result(report, () => [
        `${report.samples} samples`,
        ...report.exact.map((ids) => `same picture: ${ids.join(' ')}`),
        ...report.near.map(({ ids, maxDistance }) => `alike (${maxDistance} bits): ${ids.join(' ')}`),
        ...report.labels.map(
          ({ sample, label, iou }) => `labelled twice (overlap ${iou.toFixed(2)}): "${label}" on ${sample}`,
        ),
        ...(report.exact.length + report.near.length + report.labels.length === 0 ? ['Nothing is there twice.'] : []),
      ])
    }),
}
