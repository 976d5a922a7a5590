import { fault } from '#core/faults.ts'
import { quotaReport, readLimits, setProjectQuota, setRate } from '#engine/quotas.ts'
import { type Command, type CommandContext, text, withEngine } from '../command.ts'
import { size, table } from '../terminal.ts'

export const quotaList: Command = {
  name: 'quota list',
  about: 'what each project holds and may hold, and how fast keys may write',
  run: (_args, _options, context) => withEngine(context, (engine) => show(engine, context)),
}

export const quotaSet: Command = {
  name: 'quota set',
  about: 'say how much a project may hold, or how fast a key may write',
  flags: [
    { flag: '--project <name>', about: 'which project', default: 'default' },
    { flag: '--bytes <size>', about: 'of the files its sessions refer to: 500MB, 20GB, none' },
    { flag: '--sessions <count>', about: 'how many sessions: a number, or none' },
    { flag: '--key <name>', about: 'a key or token, by its name' },
    { flag: '--reserve <size>', about: 'of the disk, to be left free: 2GB, or none for the usual 512 MB' },
    { flag: '--per-minute <count>', about: 'requests and sessions that it may send in a minute: a number, or none' },
  ],
  more: `What is left out stays as it is. A running engine obeys at once. What is refused is told as quota.bytes or quota.sessions
(status 507) and quota.rate (status 429 with Retry-After); recorders keep what they have and try again.
  hindsight quota set --project lab --bytes 20GB --sessions 100000
  hindsight quota set --key web --per-minute 600
Below the reserve everything that writes is refused as store.full (status 507); reading and erasing go on.
  hindsight quota set --reserve 10GB`,
  run: (_args, options, context) =>
    withEngine(
      context,
      async (engine) => {
        const [bytes, sessions] = [options['bytes'], options['sessions']].map(text)
        const [key, perMinute] = [options['key'], options['perMinute']].map(text)
        const asksProject = bytes !== null || sessions !== null
        const reserve = text(options['reserve'])
        if ((key === null) !== (perMinute === null) || (!asksProject && key === null && reserve === null)) {
          const expected = '--bytes or --sessions of a project, --key with --per-minute, or --reserve'
          throw fault('usage', { expected, found: key === null ? 'neither' : 'one of the two' })
        }
        if (asksProject) {
          const project = text(options['project']) ?? 'default'
          const before = (await readLimits(engine)).projects[project] ?? { bytes: null, sessions: null }
          await setProjectQuota(engine, project, {
            bytes: bytes == null ? before.bytes : bytesOf(bytes, '--bytes'),
            sessions: sessions == null ? before.sessions : countOf(sessions, '--sessions'),
          })
        }
        if (reserve !== null) await engine.store.setReserve(bytesOf(reserve, '--reserve'))
        if (key != null && perMinute != null) await setRate(engine, key, countOf(perMinute, '--per-minute', 1))
        await show(engine, context)
      },
      { create: true },
    ),
}

async function show(engine: Parameters<typeof quotaReport>[0], { terminal }: CommandContext): Promise<void> {
  const items = await quotaReport(engine)
  const { rates } = await readLimits(engine)
  terminal.result({ items, rates }, () => [
    ...(items.length === 0
      ? ['No project holds anything.']
      : table(
          ['project', 'files', 'allowed', 'sessions', 'allowed'],
          items.map((one) => [
            one.project,
            size(one.usedBytes),
            one.bytes === null ? 'all' : size(one.bytes),
            one.usedSessions,
            one.sessions === null ? 'all' : String(one.sessions),
          ]),
        )),
    ...(Object.keys(rates).length === 0 ? [] : table(['key', 'per minute'], Object.entries(rates))),
  ])
}

const units: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

function bytesOf(words: string, where: string): number | null {
  if (words === 'none') return null
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kKMGT]?B?)$/.exec(words) ?? []
  const factor = units[unit.toUpperCase()]
  if (digits === '' || factor === undefined) {
    throw fault('usage', { expected: 'a size such as 20GB, or none', found: `"${words}"`, where })
  }
  return Math.round(Number(digits) * factor)
}

function countOf(words: string, where: string, least = 0): number | null {
  if (words === 'none') return null
  const count = Number(words)
  if (/^\d+$/.test(words) && Number.isSafeInteger(count) && count >= least) return count
  throw fault('usage', { expected: `a whole number from ${least}, or none`, found: `"${words}"`, where })
}
