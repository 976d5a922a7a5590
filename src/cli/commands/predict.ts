import { fault } from '#core/faults.ts'
import { makeContext } from '#engine/engine.ts'
import { predictForClip } from '#engine/learning/predict-clip.ts'
import { engineNames, footageTypes } from '#engine/track-request.ts'
import { type Command, type Options, text, withEngine } from '../command.ts'
import { predictionWords } from '../learn-words.ts'

export const predict: Command = {
  name: 'predict',
  about: 'which settings a run of a clip would want, why, and from which sessions; nothing is tracked or recorded',
  args: [{ name: '<clip>', about: 'a video, a folder of pictures, one of them, or a pattern as "shot.%04d.png"' }],
  flags: [
    { flag: '--engine <name>', about: `${engineNames.join(' or ')} (default embedded)` },
    { flag: '--footage <type>', about: `what it is: ${footageTypes.join(', ')} (default auto)` },
  ],
  run: ([path = ''], options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      const tracker = oneOf(options, 'engine', engineNames, 'embedded')
      const footage = oneOf(options, 'footage', footageTypes, 'auto')
      const ctx = makeContext({ signal, progress: terminal.progress, warn: terminal.warn })
      const told = await predictForClip(engine, { path, tracker, footage, fingerprint: null }, ctx)
      terminal.result(told, () => predictionWords(told, terminal))
    }),
}

/** @throws usage */
function oneOf<T extends string>(options: Options, name: string, known: readonly T[], usual: T): T {
  const said = text(options[name]) ?? usual
  const found = known.find((one) => one === said)
  if (found !== undefined) return found
  throw fault('usage', { expected: `--${name} ${known.join(', ')}`, found: `"${said}"` })
}
