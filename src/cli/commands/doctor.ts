import { diagnose } from '#engine/doctor.ts'
import { makeContext } from '#engine/engine.ts'
import { type Command, withEngine } from '../command.ts'

const marks = { good: ['green', '✓'], warning: ['yellow', '!'], bad: ['red', '✗'] } as const

export const doctor: Command = {
  name: 'doctor',
  about: 'find out what is wrong, with a concrete finding for each usual trouble',
  more: 'Exit status 1 when something is bad; warnings alone are 0.',
  run: (_args, _options, context) =>
    withEngine(
      context,
      async (engine) => {
        const { terminal, signal, env } = context
        const findings = await diagnose(engine, env, makeContext({ signal, progress: terminal.progress }))
        terminal.result({ findings }, () =>
          findings.flatMap(({ check, state, found, fix }) => {
            const [style, mark] = marks[state]
            return [`${terminal.style(style, mark)} ${check}: ${found}`, ...(fix === null ? [] : [`    ${fix}`])]
          }),
        )
        return findings.some((finding) => finding.state === 'bad') ? 1 : 0
      },
      { create: true },
    ),
}
