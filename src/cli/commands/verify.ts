import { makeContext } from '#engine/engine.ts'
import { checkReceiptFile } from '#engine/forget.ts'
import type { ReceiptCheck } from '#core/store.ts'
import { type Command, text, withEngine } from '../command.ts'
import { table, type Terminal } from '../terminal.ts'

export const verify: Command = {
  name: 'verify',
  about: 'check that everything stored is what it was, in named steps',
  flags: [
    { flag: '--repair', about: 'set damaged things aside and rebuild what is derived; nothing is dropped' },
    { flag: '--receipt <file>', about: 'only check that what this receipt of an erasure says is so' },
  ],
  more: 'Exit status 1 also when faults were found, repaired or not.',
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      const receipt = text(options['receipt'])
      if (receipt !== null) return verifyReceipt(terminal, await checkReceiptFile(engine, receipt))
      const ctx = makeContext({ signal, progress: terminal.progress, warn: terminal.warn })
      const report = await engine.store.verify({ repair: options['repair'] === true }, ctx)
      terminal.result(report, () => [
        ...table(
          ['step', 'checked', 'faults', 'ms'],
          report.steps.map((step) => [step.name, step.checked, step.faults, Math.round(step.durationMs)]),
        ),
        ...report.faults.map(({ fault, repaired, sessions }) => {
          const touched =
            sessions.length > 0
              ? ` (sessions: ${sessions.slice(0, 5).join(', ')}${sessions.length > 5 ? ', …' : ''})`
              : ''
          return `${terminal.style('red', 'fault')} ${fault.message}${touched}${repaired === null ? '' : `; ${repaired}`}`
        }),
        report.faults.length === 0
          ? terminal.style('green', 'Everything is as it was stored.')
          : `${report.faults.length} faults.`,
      ])
      return report.faults.length === 0 ? 0 : 1
    }),
}

function verifyReceipt(terminal: Terminal, check: ReceiptCheck): number {
  const words = (ok: boolean | null) => {
    if (ok === null) return terminal.style('yellow', 'not seen')
    return ok ? terminal.style('green', 'so it is') : terminal.style('red', 'not so')
  }
  terminal.result(check, () => [
    ...check.checks.map(({ what, ok, found }) => `${words(ok)}  ${what} (${found})`),
    check.ok ? `Receipt ${check.receipt} tells the truth.` : `Receipt ${check.receipt} does not hold.`,
  ])
  return check.ok ? 0 : 1
}
